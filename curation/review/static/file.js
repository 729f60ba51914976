// The page of one file.

import { decide } from "./deciding.js";
import { askClass } from "./dialogs.js";
import { placeOf } from "./done.js";
import { listen } from "./keys.js";
import { undo, undoLast } from "./taking.js";
import { name, tileOf } from "./tiles.js";
import { goTo, leave } from "./turns.js";
import { tell, tellAfterLoading, tellWhatWasKept } from "./words.js";

const file = document.querySelector("#file");

function to(selector) {
  const link = document.querySelector(selector);
  if (link) goTo(link.href);
  else tell("There is no further picture.");
}

// Loads another page, or for none this one again, with what was just told.
function refresh(address) {
  tellAfterLoading();
  leave(() => (address && address !== location.href ? location.assign(address) : location.reload()));
}

async function decideByKey(action, value) {
  if (await decide([file], action, value)) refresh(document.querySelector("a[rel=next]")?.href);
}

async function decideHere(tile, action, value) {
  if (await decide([tile], action, value)) refresh();
}

async function giveClass(how) {
  const label = await askClass(name(file));
  if (label) await how("label", label);
}

async function undoByKey() {
  const action = await undoLast();
  if (!action) return;
  const place = placeOf(action);
  refresh(place && new URL(place).pathname.startsWith("/files/") ? place : "");
}

async function undoHere(button) {
  if (await undo(button)) refresh();
}

listen({
  j: () => to("a[rel=next]"),
  k: () => to("a[rel=prev]"),
  ArrowRight: () => to("a[rel=next]"),
  ArrowLeft: () => to("a[rel=prev]"),
  a: () => decideByKey("outcome", "kept"),
  r: () => decideByKey("outcome", "rejected"),
  i: () => decideByKey("medium", "illustration"),
  p: () => decideByKey("medium", "photo"),
  f: () => decideByKey("copy", "keep"),
  d: () => decideByKey("different", ""),
  c: () => giveClass(decideByKey),
  u: undoByKey,
  Escape: () => to("a.back"),
});

document.querySelector("main").addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { action, value, undo: entry, open } = button.dataset;
  if (entry) undoHere(button);
  if (action) decideHere(tileOf(button), action, value);
  if (open) giveClass((kind, label) => decideHere(tileOf(button), kind, label));
});
tellWhatWasKept();
