// What is listed: files in order, as items. An item is one file, or a stack of similar ones that is decided on as one.

import { rememberRows, startRows } from "./grid-rows.js";

export const list = { files: [], items: [], run: "", seen: 0, prepared: true, narrowed: false };

let asked = 0;
let early = null;

const ask = (query) => fetch(`/grid/list?${query}`).catch(() => null);

// Asks before the rest of the page is there, and keeps the answer for the first `load` of the same query.
export function askEarly(query) {
  early = { query: `${query}`, answer: ask(query) };
}

// Fetches what the server lists for a query. False where another query came in between, or the server is gone.
export async function load(query, whenRows) {
  const turn = ++asked;
  const known = early?.query === `${query}` ? early.answer : null;
  early = null;
  const answer = await (known ?? ask(query));
  const told = answer?.ok ? await answer.json() : null;
  if (turn !== asked || !told) return false;
  if (list.run && told.run !== list.run) return location.reload();
  startRows(told.run, whenRows);
  rememberRows(told.rows);
  Object.assign(list, { files: told.files, run: told.run, seen: told.last, prepared: told.prepared });
  list.items = itemsOf(told.files, told.stacks);
  list.narrowed = false;
  return told;
}

// Stacks stand side by side in the list: their sizes say where each begins.
function itemsOf(files, stacks) {
  if (!stacks) return files.map((file) => [file]);
  let start = 0;
  return stacks.map((size) => files.slice(start, (start += size)));
}

// Spreads a stack out in place; the number of items that it becomes.
export function spread(index) {
  const stack = list.items[index];
  list.items.splice(index, 1, ...stack.map((file) => [file]));
  return stack.length;
}

// Lists some of the files alone, in their order, until the next `load`.
export function listOnly(files) {
  const wanted = new Set(files);
  list.files = list.files.filter((file) => wanted.has(file));
  list.items = itemsOf(list.files);
  list.narrowed = true;
}
