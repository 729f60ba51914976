// Letters on every picture in sight: two keys select any of them, wherever the focus is.

import { inSight, tileAt } from "./grid-view.js";

const KEYS = "fjdksla;ghrueiwoqptyvmc,xbn.z/"; // the home row first, where fingers rest
let names = new Map();
let typed = "";

export const lettered = () => names.size > 0;

// Names what is in sight, the nearest to the start of the grid by the easiest keys.
export function nameInSight() {
  hideLetters();
  const [first, end] = inSight();
  const letters = KEYS.slice(0, Math.max(2, Math.ceil(Math.sqrt(end - first))));
  for (let index = first; index < end; index += 1) {
    const place = index - first;
    const name = letters[Math.floor(place / letters.length)] + letters[place % letters.length];
    names.set(name, index);
    write(index, name);
  }
}

export function hideLetters() {
  for (const index of names.values()) write(index, "");
  names = new Map();
  typed = "";
}

// The item that the keys typed so far name; null where more is to come, or nothing has that name.
export function typeLetter(key) {
  typed += key;
  if (typed.length < 2) return null;
  const index = names.get(typed) ?? null;
  typed = "";
  return index;
}

function write(index, name) {
  const place = tileAt(index)?.querySelector(".letters");
  if (place) place.textContent = name;
}
