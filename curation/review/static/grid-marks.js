// Where the focus is, and what is selected: files, so that both survive another order.

import { list } from "./grid-list.js";

const chosen = new Set();
export const marks = { focus: -1, anchor: -1 };

export const isChosen = (item) => chosen.size > 0 && item.some((file) => chosen.has(file));
export const chosenFiles = () => [...chosen];
export const chosenCount = () => chosen.size;

export function chooseNone() {
  chosen.clear();
}

export function chooseFiles(files) {
  chosen.clear();
  for (const file of files) chosen.add(file);
}

export function chooseAll() {
  chooseFiles(list.files);
}

export function toggle(index) {
  const item = list.items[index] ?? [];
  const off = isChosen(item);
  for (const file of item) off ? chosen.delete(file) : chosen.add(file);
  marks.anchor = index;
}

// Selects from the anchor to an item, and nothing else.
export function chooseRange(index) {
  if (marks.anchor < 0) marks.anchor = marks.focus < 0 ? index : marks.focus;
  const [from, to] = [Math.min(marks.anchor, index), Math.max(marks.anchor, index)];
  chooseFiles(list.items.slice(from, to + 1).flat());
}

// The selection, or else what the focus is on.
export function meant() {
  return chosen.size ? chosenFiles() : (list.items[marks.focus] ?? []);
}

// Keeps of the selection what is listed still.
export function keepListed() {
  if (!chosen.size) return;
  const listed = new Set(list.files);
  for (const file of chosen) if (!listed.has(file)) chosen.delete(file);
}
