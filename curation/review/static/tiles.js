// Pictures on a page: where they are, what can be decided on them, and how the server's new rendering takes their place.

export const tiles = () => [...document.querySelectorAll("#tiles > [data-file]")];
export const box = (tile) => tile.querySelector(".pick input");
export const desk = (tile) => tile.querySelector(".desk").dataset;
export const name = (tile) => tile.querySelector(".path").textContent;
export const tileOf = (element) => element?.closest("[data-file]") ?? null;
export const tileOfFile = (file) => document.querySelector(`[data-file="${file}"]`);
export const focused = () => tileOf(document.activeElement);

const MEANT_FOR = {
  outcome: ["none"],
  medium: ["none"],
  label: ["none", "exact", "pixels", "duplicate"],
  copy: ["pixels", "duplicate"],
  different: ["pixels", "duplicate"],
};

// Those of some tiles that a decision makes sense for.
export function meantFor(some, action) {
  return some.filter((tile) => MEANT_FOR[action].includes(desk(tile).relation));
}

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

// What a tile will be, from the server's rendering.
export function fresh(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// Shows what an answer says. After another run its numbers mean other files: then the page stays as it is.
export function show({ tiles: rendered = {}, totals = {} }) {
  for (const [file, html] of Object.entries(rendered)) {
    const old = document.querySelector(`#tiles > [data-file="${file}"]`);
    if (old) replace(old, fresh(html));
  }
  for (const [key, number] of Object.entries(totals)) {
    for (const place of document.querySelectorAll(`[data-total=${key}]`)) place.textContent = number.toLocaleString("en");
    for (const noun of document.querySelectorAll(`[data-noun=${key}]`)) {
      noun.textContent = number === 1 ? noun.dataset.one : noun.dataset.many;
    }
  }
}

const link = (tile) => tile.querySelector("a.open");
const runOf = (tile) => new URL(link(tile).getAttribute("href"), location.href).searchParams.get("run");

function replace(old, next) {
  if (runOf(old) !== runOf(next)) return;
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  box(next).checked = box(old).checked;
  link(next).setAttribute("href", link(old).getAttribute("href"));
  old.replaceWith(next);
  if (focus) (twin(next, focus) ?? box(next)).focus({ preventScroll: true });
}

// The same button or link in another rendering: for an Undo, that of the same entry, and of no other.
function twin(next, focus) {
  const known = JSON.stringify({ ...focus.dataset });
  const same = (other) => other.tagName === focus.tagName && JSON.stringify({ ...other.dataset }) === known;
  return [...next.querySelectorAll("button, a")].find(same);
}
