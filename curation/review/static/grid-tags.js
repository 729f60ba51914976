// Tags: which are in use, as the server tells them, and the question which to give or to take off.

import { opened } from "./dialogs.js";

const MOST_OFFERED = 24;
const dialog = document.querySelector("#tag-dialog");
const field = dialog.querySelector("#tag-names");
const filter = document.querySelector("#tag-filter");
let used = [];

// Offers the tags in use, each with the number of pictures that have it.
export function offerTags(some) {
  if (!some || JSON.stringify(some) === JSON.stringify(used)) return;
  used = some;
  const asked = filter.value;
  const known = used.some(([name]) => name === asked) || !asked ? used : [...used, [asked, 0]];
  const options = known.map(([name, count]) => new Option(`${name} (${count.toLocaleString("en")})`, name));
  filter.replaceChildren(filter.options[0], ...options);
  filter.value = asked;
}

// The tags that a person names, and whether to "give" them or take them "off"; `how` is "" for neither.
export async function askTags(whose) {
  dialog.querySelector("#tag-of").textContent = whose;
  field.value = "";
  dialog.querySelector("#tag-use").replaceChildren(...used.slice(0, MOST_OFFERED).map(button));
  suggest();
  const how = await opened(dialog);
  const names = parts().map((name) => name.trim()).filter(Boolean).join(", ");
  return { how: names ? how : "", names };
}

const parts = () => field.value.split(",");

function button([name, count]) {
  const one = Object.assign(document.createElement("button"), { type: "button", textContent: `${name} ` });
  one.append(Object.assign(document.createElement("span"), { className: "label", textContent: count.toLocaleString("en") }));
  one.addEventListener("click", () => add(name));
  return one;
}

// A tag that is chosen takes the place of its beginning, where that was being typed; another that was typed stays.
function add(name) {
  const typed = parts().map((one) => one.trim());
  if (name.toLowerCase().startsWith(typed.at(-1).toLowerCase())) typed.pop();
  const before = typed.filter((one) => one && one !== name);
  field.value = `${[...before, name].join(", ")}, `;
  suggest();
  field.focus();
}

// Suggests for the last of several what goes behind those before it.
function suggest() {
  const before = parts().slice(0, -1).map((one) => one.trim());
  const start = before.map((name) => `${name}, `).join("");
  const free = used.filter(([name]) => !before.includes(name));
  dialog.querySelector("#tags").replaceChildren(...free.map(([name]) => new Option("", `${start}${name}`)));
}

field.addEventListener("input", suggest);
