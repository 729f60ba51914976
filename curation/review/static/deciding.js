// From a wish to an entry in the ledger: who it is about, what to do when somebody else was quicker, what to show.

import { attempt, ownOn } from "./attempt.js";
import { askConflict } from "./dialogs.js";
import { remember } from "./done.js";
import { post } from "./server.js";
import { desk, meantFor, name, show, tileOfFile } from "./tiles.js";
import { inTurn } from "./turns.js";
import { counted, tell, verb } from "./words.js";

const NOT_FOR = {
  outcome: "A copy goes whatever its picture does. f keeps this copy instead, d says that it is none.",
  medium: "Say this of the copy that is kept.",
  label: "This file could not be read.",
  copy: "This is no copy that could be kept instead.",
  different: "This is no copy, or one with the same bytes.",
};

// Records one decision on some tiles. True when it holds then, or was left to somebody else; false when nothing was
// recorded.
export function decide(some, action, value) {
  const meant = meantFor(some, action);
  if (!meant.length) {
    tell(some.length ? NOT_FOR[action] : "No picture is chosen: go to one with j.");
    return Promise.resolve(false);
  }
  return decideEach(meant, action, () => value, { what: verb(action, value), others: some.length - meant.length });
}

// Records what `valueOf` says of each of some tiles, all that the action is meant for, as one; `what` is said of it.
export function decideEach(some, action, valueOf, { what, others = 0 }) {
  const names = new Map(some.map((tile) => [Number(tile.dataset.file), name(tile)]));
  const wishes = some.map((tile) => wish(tile, action, valueOf(tile)));
  for (const tile of some) tile.classList.add("busy");
  return inTurn(() => recorded(wishes, { action, names, others, what }));
}

function wish(tile, action, value) {
  const { kept, seen } = desk(tile);
  return { file: Number(tile.dataset.file), action, value: action === "different" ? kept : value, seen: Number(seen) };
}

async function recorded(wishes, { action, names, others, what }) {
  const answer = await attempt(() => sent(wishes), `${[...names.keys()]}`);
  for (const file of names.keys()) tileOfFile(file)?.classList.remove("busy");
  if (!answer) return false;
  const whom = (some) => (some.length > 1 ? `${some.length} pictures` : names.get(some[0].file));
  const { new: written, mine, theirs } = answer;
  const parts = [];
  if (mine.length) parts.push(`${what}: ${whom(mine)}${written.length ? "" : ": that held already"}`);
  if (theirs.length) parts.push(`Left as others decided: ${whom(theirs)}`);
  tell(`${parts.join(". ")}${others ? ` (${counted(others, "other is", "others are")} not for that)` : ""}`);
  if (mine.length) remember(written, action, `${what}: ${whom(mine)}`);
  return true;
}

// The answer, with the wishes that hold now (`mine`) and those given up (`theirs`).
async function sent(wishes) {
  const note = document.querySelector("#note")?.value ?? "";
  const decisions = wishes.map((one) => ({ ...one, seen: Math.max(one.seen, ownOn(one.file)) }));
  try {
    const answer = await post("/decisions", { decisions, note, run: document.body.dataset.run });
    return { ...answer, mine: wishes, theirs: [] };
  } catch (refused) {
    if (!refused.answer?.conflicts?.length) throw refused;
    return settled(wishes, refused);
  }
}

async function settled(wishes, refused) {
  const against = ({ file, action }) => refused.answer.conflicts.filter((one) => one.file === file && one.action === action);
  const theirs = wishes.filter((one) => against(one).length);
  const choice = await askConflict(theirs.flatMap((one) => against(one).map((other) => line(one, other))));
  show(refused.answer);
  if (!choice) throw refused;
  if (choice === "mine") return sent(wishes.map((one) => knowing(one, against(one))));
  const rest = wishes.filter((one) => !theirs.includes(one));
  const answer = rest.length ? await sent(rest) : { new: [], mine: [], theirs: [] };
  return { ...answer, theirs: [...theirs, ...answer.theirs] };
}

const knowing = (one, entries) => ({ ...one, seen: Math.max(one.seen, ...entries.map(({ entry }) => entry)) });

function line(mine, theirs) {
  const when = new Date(theirs.at).toLocaleString();
  return `${theirs.path}: ${theirs.who} said “${theirs.said}” on ${when}; you say “${verb(mine.action, mine.value)}”`;
}
