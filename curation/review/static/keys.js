// Keys, and the switch that turns single ones off (WCAG 2.1.4).

import { showHelp } from "./dialogs.js";

const OFF = "single-keys-off";
const TYPED_INTO = "input:not([type=checkbox]), textarea, select, [contenteditable]";

export function listen(commands) {
  const all = { ...commands, "?": showHelp };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches(TYPED_INTO)) return leave(event);
    const name = pressed(event);
    if (name.length === 1 && localStorage.getItem(OFF)) return;
    if (all[name] && all[name](event) !== false) event.preventDefault();
  });
  document.querySelector("#show-help")?.addEventListener("click", showHelp);
  wireSwitch();
}

function pressed({ key, ctrlKey, metaKey }) {
  return ctrlKey || metaKey ? `Ctrl+${key}` : key;
}

function leave({ key, target }) {
  if (key === "Escape") target.blur();
}

function wireSwitch() {
  const box = document.querySelector("#keys-on");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "yes")));
}
