// The page of many pictures.

import { decide } from "./deciding.js";
import { askClass } from "./dialogs.js";
import { listen } from "./keys.js";
import { count, select, selected, selectOnly } from "./selection.js";
import { undo, undoLast } from "./taking.js";
import { box, focused, focusOn, meantFor, name, row, step, tileOf, tileOfFile, tiles } from "./tiles.js";
import { goTo } from "./turns.js";
import { tell, tellWhatWasKept } from "./words.js";

const FIRST = "focus-first";

// What a decision is about: the selection, or else the picture that the focus is on.
const chosen = () => (selected().length ? selected() : [focused()].filter(Boolean));

function decideByKey(action, value) {
  return selected().length ? decideOnAll(action, value) : decideOnOne(action, value);
}

async function decideOnOne(action, value) {
  const here = focused();
  const some = here ? [here] : [];
  const recording = decide(some, action, value);
  if (!meantFor(some, action).length) return;
  goOn();
  const next = focused()?.dataset.file;
  if (!(await recording) && focused()?.dataset.file === next) focusOn(tileOfFile(here.dataset.file));
}

function goOn() {
  const next = step(1);
  if (next) return focusOn(next);
  document.querySelector("a[rel=next]")?.focus();
}

async function decideOnAll(action, value) {
  const some = chosen();
  selectOnly([]);
  if (!(await decide(some, action, value))) reselect(some);
}

function reselect(some) {
  const files = some.map((tile) => tile.dataset.file);
  selectOnly(tiles().filter((tile) => files.includes(tile.dataset.file)));
}

async function giveClass(how) {
  const some = chosen();
  if (!some.length) return tell("No picture is chosen: go to one with j.");
  const label = await askClass(some.length > 1 ? `${some.length} pictures` : name(some[0]));
  if (label) await how("label", label);
}

function turn(rel) {
  const link = document.querySelector(`a[rel=${rel}]`);
  if (!link) return tell(rel === "next" ? "This is the last page." : "This is the first page.");
  sessionStorage.setItem(FIRST, "yes");
  goTo(link.href);
}

function move(next) {
  if (next) focusOn(next);
}

function arrow(find) {
  return () => (focused() ? move(find()) : false);
}

function open() {
  if (document.activeElement !== (focused() && box(focused()))) return false;
  goTo(focused().querySelector("a.open").href);
}

function toggle(range) {
  const tile = focused();
  if (tile) select(tile, { range, on: range || !box(tile).checked });
}

listen({
  j: () => move(step(1)),
  k: () => move(step(-1)),
  ArrowRight: arrow(() => step(1)),
  ArrowLeft: arrow(() => step(-1)),
  ArrowDown: arrow(() => row(true)),
  ArrowUp: arrow(() => row(false)),
  a: () => decideByKey("outcome", "kept"),
  r: () => decideByKey("outcome", "rejected"),
  i: () => decideByKey("medium", "illustration"),
  p: () => decideByKey("medium", "photo"),
  f: () => decideByKey("copy", "keep"),
  d: () => decideByKey("different", ""),
  c: () => giveClass(decideByKey),
  u: undoLast,
  x: () => toggle(false),
  X: () => toggle(true),
  "Ctrl+a": () => selectOnly(tiles()),
  Escape: () => selectOnly([]),
  Enter: open,
  "/": () => document.querySelector("#search").focus(),
  n: () => turn("next"),
  b: () => turn("prev"),
});

document.querySelector("#tiles")?.addEventListener("click", (event) => {
  const tile = tileOf(event.target);
  const button = event.target.closest("button");
  if (event.target.matches(".pick input")) return select(tile, { range: event.shiftKey, on: event.target.checked });
  if (button?.dataset.undo) return undo(button);
  if (button?.dataset.action) return decide([tile], button.dataset.action, button.dataset.value);
  if (button) return giveOne(tile);
  if (event.target.matches(".pair img")) goTo(tile.querySelector("a.open").href);
});

async function giveOne(tile) {
  const label = await askClass(name(tile));
  if (label) await decide([tile], "label", label);
}

document.querySelector("#bar").addEventListener("click", ({ target }) => {
  const { bulk: action, value } = target.dataset;
  if (action) action === "class" ? giveClass(decideOnAll) : decideOnAll(action, value);
});
document.querySelector("#clear").addEventListener("click", () => selectOnly([]));

// Whether nobody asked for outcomes, neither in the address nor now: which ones are usual is for the server to say.
function usual({ dataset, elements }) {
  return "usual" in dataset && [...elements.outcome].every((one) => one.checked === one.defaultChecked);
}

document.querySelector("#filters").addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = [...new FormData(event.target)].filter(([key, value]) => value && !(key === "outcome" && usual(event.target)));
  location.assign(`/list?${new URLSearchParams(asked)}`);
});

count();
tellWhatWasKept();
if (sessionStorage.getItem(FIRST)) focusOn(tiles()[0]);
sessionStorage.removeItem(FIRST);
