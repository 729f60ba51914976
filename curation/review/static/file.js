// The page of one file.

import { decide, undo, undoLast } from "./deciding.js";
import { askClass } from "./dialogs.js";
import { listen } from "./keys.js";
import { name, tileOf } from "./tiles.js";
import { tellAfterLoading, tell, tellWhatWasKept } from "./words.js";

const file = document.querySelector("#file");

function to(selector) {
  const link = document.querySelector(selector);
  if (link) location.assign(link.href);
  else tell("There is no further picture.");
}

// Loads the page again, or the next one, with what was just told.
function refresh(next) {
  tellAfterLoading(document.querySelector("#told").textContent);
  const link = next && document.querySelector("a[rel=next]");
  if (link) location.assign(link.href);
  else location.reload();
}

async function decideByKey(action, value) {
  if (await decide([file], action, value)) refresh(true);
}

async function decideHere(tile, action, value) {
  if (await decide([tile], action, value)) refresh(false);
}

async function giveClass(how) {
  const label = await askClass(name(file));
  if (label) await how("label", label);
}

async function undoByKey() {
  const action = await undoLast();
  if (!action) return;
  tellAfterLoading(document.querySelector("#told").textContent);
  if (new URL(action.page).pathname.startsWith("/files/") && action.page !== location.href) location.assign(action.page);
  else location.reload();
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

document.querySelector("main").addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { action, value, undo: entry } = button.dataset;
  if (entry && (await undo(Number(entry)))) refresh(false);
  if (action) decideHere(tileOf(button), action, value);
  if (button.dataset.open) giveClass((name, label) => decideHere(tileOf(button), name, label));
});
document.querySelector("#undo").addEventListener("click", undoByKey);
tellWhatWasKept();
