// The page of families of variants: one decision for a whole strip, and the strips as they are after it.

import { decideEach } from "./deciding.js";
import { listen } from "./keys.js";
import { undoAll, undoLast } from "./taking.js";
import { name, tileOf } from "./tiles.js";
import { goTo, inTurn } from "./turns.js";
import { complain, tell, tellWhatWasKept } from "./words.js";

const strips = () => [...document.querySelectorAll("[data-family]")];
const stripOf = (element) => element?.closest("[data-family]") ?? null;
const here = () => stripOf(document.activeElement);
const members = (strip) => [...strip.querySelectorAll("[data-file]")];
const heading = (strip) => strip.querySelector("h2");
const NO_STRIP = "No strip is chosen: go to one with j.";

function keepAll(strip) {
  const some = members(strip);
  return decideEach(some, "outcome", () => "kept", { what: "Kept all" });
}

function keepOnly(strip, tile) {
  const value = (one) => (one === tile ? "kept" : "rejected");
  return decideEach(members(strip), "outcome", value, { what: `Kept ${name(tile)} only` });
}

function giveBack(strip) {
  const button = () => document.querySelector(`#${strip.id} [data-strip=back]`);
  const entries = () => button().dataset.entries.split(" ").map(Number);
  return undoAll(entries, "outcome", `what was said of ${members(strip).length} variants`);
}

const DECISIONS = { all: keepAll, only: keepOnly, back: giveBack };

// Decides, and then shows the strips as they are now, whether that was recorded or others had been quicker.
function decided(how, strip, tile) {
  how(strip, tile);
  inTurn(refresh);
}

async function refresh() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) {
    complain("The strips could not be loaded again: they are shown as before.", "strips");
    return false;
  }
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (next.body.dataset.run !== document.body.dataset.run) location.reload();
  for (const old of strips()) {
    const fresh = next.querySelector(`#${old.id}`);
    if (fresh) replace(old, document.importNode(fresh, true));
  }
  return true;
}

function replace(old, fresh) {
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const left = old.querySelector(".strip").scrollLeft;
  const file = tileOf(focus)?.dataset.file;
  old.replaceWith(fresh);
  fresh.querySelector(".strip").scrollLeft = left;
  if (focus) (twin(fresh, focus, file) ?? heading(fresh)).focus({ preventScroll: true });
}

// The same control in the new rendering of a strip.
function twin(fresh, focus, file) {
  const place = file === undefined ? fresh : fresh.querySelector(`[data-file="${file}"]`);
  const same = (other) => other.tagName === focus.tagName && other.dataset.strip === focus.dataset.strip;
  return [...place.querySelectorAll("h2, button, a, [tabindex]")].find(same);
}

function step(by) {
  const all = strips();
  const at = all.indexOf(here());
  const next = all[at < 0 ? 0 : at + by];
  if (next) heading(next).focus();
}

function byKey(how, needsTile) {
  const strip = here();
  const tile = tileOf(document.activeElement);
  if (!strip) return tell(NO_STRIP);
  if (needsTile && !tile) return tell("Go to a picture of the strip first.");
  decided(how, strip, tile);
}

function turn(rel) {
  const link = document.querySelector(`a[rel=${rel}]`);
  if (link) goTo(link.href);
  else tell(rel === "next" ? "This is the last page." : "This is the first page.");
}

listen({
  j: () => step(1),
  k: () => step(-1),
  a: () => byKey(keepAll, false),
  f: () => byKey(keepOnly, true),
  u: () => decided(undoLast),
  n: () => turn("next"),
  b: () => turn("prev"),
});

document.querySelector("main").addEventListener("click", ({ target }) => {
  const how = DECISIONS[target.closest("button")?.dataset.strip];
  if (how) decided(how, stripOf(target), tileOf(target));
});
tellWhatWasKept();
