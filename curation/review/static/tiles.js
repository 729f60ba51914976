// Pictures on a page: where they are, which are selected, and how the server's new rendering takes their place.

export const tiles = () => [...document.querySelectorAll("#tiles > [data-file]")];
export const box = (tile) => tile.querySelector(".pick input");
export const desk = (tile) => tile.querySelector(".desk").dataset;
export const name = (tile) => tile.querySelector(".path").textContent;
export const tileOf = (element) => element?.closest("[data-file]") ?? null;
export const focused = () => tileOf(document.activeElement);
export const selected = () => tiles().filter((tile) => box(tile).checked);

let anchor = null;

export function focusOn(tile) {
  if (tile) box(tile).focus();
}

export function step(by) {
  const all = tiles();
  const here = all.indexOf(focused());
  return all[here < 0 ? 0 : here + by];
}

export function row(down) {
  const here = focused().getBoundingClientRect();
  const away = (rect) => (down ? rect.top - here.bottom : here.top - rect.bottom);
  const beyond = tiles().map((tile) => [tile, tile.getBoundingClientRect()]).filter(([, rect]) => away(rect) > -1);
  const nearest = Math.min(...beyond.map(([, rect]) => away(rect)));
  const next = beyond.filter(([, rect]) => away(rect) < nearest + 40);
  next.sort(([, one], [, other]) => Math.abs(one.left - here.left) - Math.abs(other.left - here.left));
  return next[0]?.[0];
}

export function select(tile, { range = false, on = true } = {}) {
  const all = tiles();
  const from = range && all.includes(anchor) ? all.indexOf(anchor) : all.indexOf(tile);
  const to = all.indexOf(tile);
  for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box(one).checked = on;
  anchor = tile;
  count();
}

export function selectOnly(some) {
  for (const tile of tiles()) box(tile).checked = some.includes(tile);
  count();
}

export function count() {
  const number = selected().length;
  document.querySelector("#selected").textContent = number ? `${number} selected` : "Nothing selected";
  document.querySelector("#bar").classList.toggle("some", number > 0);
}

export function show({ tiles: rendered = {}, totals = {} }) {
  for (const [file, html] of Object.entries(rendered)) {
    const old = document.querySelector(`#tiles > [data-file="${file}"]`);
    if (old) replace(old, html);
  }
  for (const [key, number] of Object.entries(totals)) {
    for (const place of document.querySelectorAll(`[data-total=${key}]`)) place.textContent = number.toLocaleString("en");
  }
}

function replace(old, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  box(fresh).checked = box(old).checked;
  fresh.querySelector("a.open").search = old.querySelector("a.open").search;
  old.replaceWith(fresh);
  if (anchor === old) anchor = fresh;
  if (focus) (twin(fresh, focus) ?? box(fresh)).focus({ preventScroll: true });
}

function twin(fresh, { dataset }) {
  const buttons = [...fresh.querySelectorAll("button")];
  return buttons.find((button) => dataset.action === button.dataset.action && dataset.value === button.dataset.value);
}
