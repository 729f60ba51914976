// From a wish to an entry in the ledger: who it is about, what to do when somebody else was quicker, what to show.

import { askConflict } from "./dialogs.js";
import { put, remember, takeLast } from "./done.js";
import { inTurn, post } from "./server.js";
import { desk, name, show } from "./tiles.js";
import { complain, tell, verb } from "./words.js";

const MEANT_FOR = {
  outcome: ["none"],
  medium: ["none"],
  label: ["none", "exact", "pixels", "duplicate"],
  copy: ["pixels", "duplicate"],
  different: ["duplicate"],
};
const NOT_FOR = {
  outcome: "A copy goes whatever its picture does. f keeps this copy instead, d says that it is none.",
  medium: "Say this of the copy that is kept.",
  label: "This file could not be read.",
  copy: "This is no copy that could be kept instead.",
  different: "This is no copy that was found by comparing.",
};

// Those of some tiles that a decision makes sense for.
export function meantFor(some, action) {
  return some.filter((tile) => MEANT_FOR[action].includes(desk(tile).relation));
}

// Records one decision on some tiles. True when it holds then, false when nothing was recorded.
export function decide(some, action, value) {
  const meant = meantFor(some, action);
  if (!meant.length) {
    tell(some.length ? NOT_FOR[action] : "No picture is chosen: go to one with j.");
    return Promise.resolve(false);
  }
  const files = meant.map((tile) => tile.dataset.file);
  const whom = meant.length > 1 ? `${meant.length} pictures` : name(meant[0]);
  const left = some.length - meant.length;
  const words = `${verb(action, value)}: ${whom}${left ? ` (${left} others are not for that)` : ""}`;
  for (const tile of meant) tile.classList.add("busy");
  return inTurn(() => recorded(files, action, value, words));
}

export function undoLast() {
  const action = takeLast();
  if (!action) {
    tell("This tab has nothing left to take back.");
    return Promise.resolve(null);
  }
  return inTurn(() => undone(action));
}

export function undo(entry) {
  return inTurn(async () => {
    const answer = await attempt(() => post("/undo", { entries: [entry], note: "" }));
    if (answer) remember(answer.new);
    return Boolean(answer);
  }).then((held) => (held && tell("Taken back."), held));
}

async function recorded(files, action, value, words) {
  const some = files.map(tileOfFile).filter(Boolean);
  const decisions = some.map((tile) => ({
    file: Number(tile.dataset.file),
    action,
    value: action === "different" ? desk(tile).kept : value,
    seen: Number(desk(tile).seen),
  }));
  const answer = await attempt(() => sent(decisions));
  for (const tile of files.map(tileOfFile)) tile?.classList.remove("busy");
  if (!answer) return false;
  remember(answer.new);
  tell(answer.new.length ? words : `${words}: that held already`);
  return true;
}

function tileOfFile(file) {
  return document.querySelector(`[data-file="${file}"]`);
}

async function sent(decisions) {
  const note = document.querySelector("#note")?.value ?? "";
  try {
    return await post("/decisions", { decisions, note, run: document.body.dataset.run });
  } catch (refused) {
    if (!refused.answer?.conflicts?.length) throw refused;
    return settled(decisions, refused);
  }
}

async function settled(decisions, refused) {
  const { conflicts } = refused.answer;
  const theirs = (one) => conflicts.find(({ file, action }) => file === one.file && action === one.action);
  const choice = await askConflict(decisions.filter(theirs).map((one) => line(one, theirs(one))));
  show(refused.answer);
  if (!choice) throw refused;
  const again = decisions.map((one) => (theirs(one) ? { ...one, seen: theirs(one).entry } : one));
  const wanted = choice === "mine" ? again : decisions.filter((one) => !theirs(one));
  return wanted.length ? sent(wanted) : { new: [] };
}

function line(mine, theirs) {
  const when = new Date(theirs.at).toLocaleString();
  return `${theirs.path}: ${theirs.who} said “${theirs.said}” on ${when}; you say “${verb(mine.action, mine.value)}”`;
}

async function undone(action) {
  const unheard = ({ status }) => ![404, 409].includes(status) && put(action);
  const answer = await attempt(() => post("/undo", { entries: action.entries, note: "" }), unheard);
  if (!answer) return null;
  tell(action.entries.length > 1 ? `Taken back: ${action.entries.length} decisions` : "Taken back.");
  return action;
}

async function attempt(job, otherwise = () => {}) {
  try {
    const answer = await job();
    complain("");
    show(answer);
    return answer;
  } catch (refused) {
    if (!refused.answer) throw refused;
    show(refused.answer);
    complain(refused.message);
    otherwise(refused);
    return null;
  }
}
