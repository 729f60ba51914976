// Asking the server for a change, and showing what came of it.

import { Refused } from "./server.js";
import { show } from "./tiles.js";
import { closeTrouble, complain } from "./words.js";

// The last entry that this page itself wrote on the picture of a file: it is known before the page shows it.
const own = new Map();
export const ownOn = (file) => own.get(file) ?? 0;

// The answer that `job` brings, null where it was refused; `about` names it to the bar of failures.
export async function attempt(job, about, otherwise = () => {}) {
  try {
    const answer = await job();
    closeTrouble(about);
    noteOwn(answer);
    show(answer);
    return answer;
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    show(refused.answer);
    complain(refused.message, about);
    otherwise(refused);
    return null;
  }
}

function noteOwn({ tiles = {}, new: entries = [] }) {
  const newest = entries.reduce((one, other) => Math.max(one, other), 0);
  for (const file of Object.keys(tiles).map(Number)) own.set(file, Math.max(ownOn(file), newest));
}
