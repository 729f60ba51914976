// Taking back: what was done last here, or one entry of anybody's.

import { attempt } from "./attempt.js";
import { put, remember, takeLast } from "./done.js";
import { post } from "./server.js";
import { fresh } from "./tiles.js";
import { inTurn } from "./turns.js";
import { tell } from "./words.js";

// What was taken back, null where nothing was.
export function undoLast() {
  return inTurn(async () => {
    const action = takeLast();
    if (!action) return tell("This tab has nothing left to take back.") ?? null;
    const unheard = ({ status }) => status !== 404 && put(action);
    return (await takenBack(action, unheard)) && action;
  });
}

// Takes back the entry that a button names. True when it is taken back then.
export function undo(button) {
  const { undo: entry, said: action } = button.dataset;
  return undoAll(() => [Number(entry)], action, button.getAttribute("aria-label").replace(/^Undo /, ""));
}

// Takes back several entries as one, which `words` say together; `entriesOf` names them once it is their turn.
export function undoAll(entriesOf, action, words) {
  return inTurn(async () => {
    const entries = entriesOf();
    const answer = await takenBack({ entries, action, words });
    if (answer) remember(answer.new, action, `Undo of ${words}`);
    return Boolean(answer);
  });
}

// Entries of one request: their numbers are well within what a request may hold.
const AT_ONCE = 20_000;

async function takenBack({ entries, action, words }, otherwise) {
  const answer = await attempt(() => takeAllBack(entries), `undo ${entries}`, otherwise);
  if (answer) tell([`${extent(entries, answer)}: “${words}”.`, standing(answer, action)].join(" ").trim());
  return answer;
}

async function takeAllBack(entries) {
  const whole = { new: [], tiles: {} };
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const answer = await takeBack(entries.slice(start, start + AT_ONCE));
    Object.assign(whole, { ...answer, new: whole.new.concat(answer.new), tiles: { ...whole.tiles, ...answer.tiles } });
  }
  return whole;
}

// Where some of the entries are taken back already, the others are.
async function takeBack(entries) {
  try {
    return await post("/undo", { entries, note: "" });
  } catch (refused) {
    const left = refused.answer?.left;
    if (!left || left.length >= entries.length) throw refused;
    return left.length ? takeBack(left) : { ...refused.answer, new: [] };
  }
}

function extent(entries, answer) {
  const before = entries.length - answer.new.length;
  if (!before) return "Taken back";
  return answer.new.length ? `Taken back, but for ${before} that had been before` : "That had been taken back before";
}

// Of these a picture has several, none of which holds instead of another.
const SEVERAL = ["different", "tag", "untag"];

// Which decision holds instead now.
function standing({ tiles = {} }, action) {
  if (SEVERAL.includes(action)) return "";
  const words = new Map();
  for (const html of Object.values(tiles)) {
    for (const word of fresh(html).querySelectorAll(".words li")) {
      const button = word.querySelector(`[data-said="${action}"]`);
      if (!button) continue;
      button.remove();
      words.set(button.dataset.undo, word.textContent.trim());
    }
  }
  if (words.size > 1) return `On ${words.size} pictures another decision holds now.`;
  return [...words.values()].map((said) => `What holds now: ${said}.`).join("");
}
