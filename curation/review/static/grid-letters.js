// Letters on every picture in sight: one key selects most of them, two keys the others, wherever the focus is.

import { inSight, tileAt } from "./grid-view.js";

const KEYS = "fjdksla;ghrueiwoqptyvmc,xbn.z/1234567890"; // the home row first, where fingers rest
let names = new Map();
let typed = "";

export const lettered = () => names.size > 0;

// Names what is in sight, in its order, the first by single keys as far as these reach.
export function nameInSight() {
  hideLetters();
  const [first, end] = inSight();
  namesFor(Math.max(0, end - first)).forEach((name, place) => {
    names.set(name, first + place);
    write(first + place, name);
  });
}

export function hideLetters() {
  for (const index of names.values()) write(index, "");
  names = new Map();
  typed = "";
}

// The item that the keys typed so far name; null where more is to come, or nothing has that name.
export function typeLetter(key) {
  typed += key;
  const index = names.get(typed) ?? null;
  if (index !== null || ![...names.keys()].some((name) => name.startsWith(typed))) typed = "";
  return index;
}

// As many names as pictures: no one of them begins another, and as many as can be are single keys.
function namesFor(count) {
  const beginnings = Math.max(0, Math.ceil((count - KEYS.length) / (KEYS.length - 1)));
  const single = [...KEYS].slice(0, KEYS.length - beginnings);
  const double = [...KEYS].slice(KEYS.length - beginnings).flatMap((one) => [...KEYS].map((other) => one + other));
  return [...single, ...double].slice(0, count);
}

function write(index, name) {
  const place = tileAt(index)?.querySelector(".letters");
  if (place) place.textContent = name;
}
