// Which pictures are selected, and the bar that says so.

import { box, meantFor, tiles } from "./tiles.js";

let anchor = null;

export const selected = () => tiles().filter((tile) => box(tile).checked);

export function select(tile, { range = false, on = true } = {}) {
  const all = tiles();
  const to = all.indexOf(tile);
  const from = range ? all.findIndex((one) => one.dataset.file === anchor) : -1;
  const ends = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  for (const one of all.slice(ends[0], ends[1] + 1)) box(one).checked = on;
  anchor = tile.dataset.file;
  count();
}

export function selectOnly(some) {
  for (const tile of tiles()) box(tile).checked = some.includes(tile);
  count();
}

// What is about copies is offered where some are selected.
export function count() {
  const some = selected();
  document.querySelector("#selected").textContent = some.length ? `${some.length} selected` : "Nothing selected";
  document.querySelector("#bar").classList.toggle("some", some.length > 0);
  for (const action of ["copy", "different"]) {
    document.querySelector(`[data-bulk=${action}]`).hidden = !meantFor(some, action).length;
  }
}
