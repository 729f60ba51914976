// Keys, the switch that turns single ones off (WCAG 2.1.4), and the buttons that every page has.

import { showHelp } from "./dialogs.js";
import { closeTrouble } from "./words.js";

const OFF = "single-keys-off";
const TYPED_INTO = "input:not([type=checkbox]), textarea, select, [contenteditable]";
export const ARROWS = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "PageDown", "PageUp"];
const MOVING = ["j", "k", ...ARROWS];

// `commands` say what keys do; false from one leaves the key to the browser. `u` is what the button Undo does as well.
// Keys of `moving` go on while they are held down.
export function listen(commands, moving = MOVING) {
  const all = { ...commands, "?": showHelp };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches(TYPED_INTO)) return leave(event);
    const name = pressed(event);
    if (name.length === 1 && localStorage.getItem(OFF)) return;
    if (event.repeat && !moving.includes(name)) return hold(event, name in all);
    if (name === "Escape" && closeTrouble()) return;
    if (all[name] && all[name](event) !== false) event.preventDefault();
  });
  document.querySelector("#undo").addEventListener("click", all.u);
  document.querySelector("#show-help").addEventListener("click", showHelp);
  document.querySelector("#close-trouble").addEventListener("click", () => closeTrouble());
  wireSwitch();
}

// The name of a key as it stands without Caps Lock.
function pressed({ key, shiftKey, ctrlKey, metaKey }) {
  const name = key.length > 1 ? key : shiftKey ? key.toUpperCase() : key.toLowerCase();
  return ctrlKey || metaKey ? `Ctrl+${name}` : name;
}

// A key that is held down decides once: neither it nor Enter on a button goes on to what comes next.
function hold(event, known) {
  if (known || (event.key === "Enter" && event.target.matches("button"))) event.preventDefault();
}

function leave({ key, target }) {
  if (key === "Escape") target.blur();
}

function wireSwitch() {
  const box = document.querySelector("#keys-on");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "yes")));
}
