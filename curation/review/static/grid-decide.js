// One decision on many files, and one undo for it.

import { attempt } from "./attempt.js";
import { askConflict } from "./dialogs.js";
import { put, remember, takeLast } from "./done.js";
import { list } from "./grid-list.js";
import { forgetRows, rememberRows, rowOf } from "./grid-rows.js";
import { offerTags } from "./grid-tags.js";
import { post } from "./server.js";
import { inTurn } from "./turns.js";
import { counted, tell, verb } from "./words.js";

// Entries of one request, and so files of it too: their numbers are well within what a request may hold.
const AT_ONCE = 20_000;

// Records one decision on files and calls `changed` with what the server tells. True when it holds.
export function decideOn(files, action, value, changed) {
  return inTurn(() => recorded(files, action, value, changed));
}

async function recorded(files, action, value, changed) {
  const words = verb(action, value);
  const total = { new: [], count: 0, others: 0 };
  let asked = false;
  const most = mostFiles(action, value);
  for (let start = 0; start < files.length; start += most) {
    const some = files.slice(start, start + most);
    const answer = await attempt(() => sent(some, action, value, changed), "grid");
    asked = Boolean(answer);
    if (!answer) break;
    total.new = total.new.concat(answer.new);
    total.count += answer.count;
    total.others += answer.others;
  }
  const what = `${words}: ${whom(files, total.count)}`;
  remember(total.new, action, what);
  if (!total.count) return action === "untag" && asked ? (tell(`None of them has ${value}.`) ?? true) : false;
  const held = total.new.length ? "" : ": that held already";
  tell(`${what}${held}${total.others ? ` (${counted(total.others, "other is", "others are")} not for that)` : ""}`);
  return true;
}

// Of several tags each is an entry on every picture.
function mostFiles(action, value) {
  const each = action === "tag" || action === "untag" ? value.split(",").length : 1;
  return Math.ceil(AT_ONCE / each);
}

function whom(files, count) {
  return files.length === 1 ? (rowOf(files[0])?.path ?? "1 picture") : counted(count, "picture", "pictures");
}

async function sent(files, action, value, changed) {
  const note = document.querySelector("#note").value;
  const asked = { files, value, note, run: list.run, seen: list.seen };
  try {
    if (action === "untag") return took({ others: 0, ...(await post("/grid/untag", asked)) }, changed);
    return took(await post("/grid/decisions", { ...asked, action }), changed);
  } catch (refused) {
    took(refused.answer ?? {}, changed);
    if (!refused.answer?.conflicts?.length) throw refused;
    return settled(files, action, value, changed, refused);
  }
}

async function settled(files, action, value, changed, refused) {
  const theirs = refused.answer.conflicts;
  const choice = await askConflict(theirs.map((one) => line(one, verb(action, value))));
  if (!choice) throw refused;
  const left = choice === "mine" ? files : files.filter((file) => !theirs.some((one) => one.file === file));
  return left.length ? sent(left, action, value, changed) : { new: [], count: 0, others: 0 };
}

function line({ path, who, said, at }, mine) {
  return `${path}: ${who} said “${said}” on ${new Date(at).toLocaleString()}; you say “${mine}”`;
}

// Shows what an answer tells, and knows the ledger up to there from then on.
function took(answer, changed) {
  if (answer.last === undefined) return answer;
  list.seen = answer.last;
  forgetRows(answer.changed);
  rememberRows(answer.rows);
  offerTags(answer.tags);
  changed(answer);
  return answer;
}

// Asks what others decided since, once what is on its way has been answered.
export function catchUp(last, changed) {
  if (last <= list.seen) return;
  inTurn(async () => {
    if (last <= list.seen) return true;
    const answer = await fetch(`/grid/news?since=${list.seen}&run=${list.run}`).catch(() => null);
    if (answer?.ok) took(await answer.json(), changed);
    return true;
  });
}

// Takes back what was done last in this tab, on however many pictures.
export function undoLastOn(changed) {
  return inTurn(async () => {
    const action = takeLast();
    if (!action) return tell("This tab has nothing left to take back.") ?? false;
    const left = [...action.entries];
    while (left.length) {
      const some = left.slice(0, AT_ONCE);
      const answer = await attempt(() => takenBack(some, changed), "grid", ({ status }) => status !== 404 && put({ ...action, entries: left }));
      if (!answer) return false;
      left.splice(0, some.length);
    }
    tell(`Taken back: “${action.words}”.`);
    return true;
  });
}

// Where some of the entries are taken back already, the others are.
async function takenBack(entries, changed) {
  try {
    return took(await post("/grid/undo", { entries, note: "", seen: list.seen }), changed);
  } catch (refused) {
    const left = refused.answer?.left;
    took(refused.answer ?? {}, changed);
    if (!left || left.length >= entries.length) throw refused;
    return left.length ? takenBack(left, changed) : { new: [] };
  }
}
