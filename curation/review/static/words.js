// What the person is told: each change in a line that screen readers speak and that goes after a while, each failure
// in a bar that stays until it is closed, or until the same thing succeeds.

const LATER = "told-after-loading";
const SHOWN_MS = 6000;

let said = "";
let going = 0;

// The same words twice are two lines, so that they are spoken twice.
export function tell(text) {
  said = text;
  const line = Object.assign(document.createElement("span"), { textContent: text });
  document.querySelector("#told").replaceChildren(...(text ? [line] : []));
  clearTimeout(going);
  going = setTimeout(() => line.remove(), SHOWN_MS);
}

// Says again on the next page what was told last.
export function tellAfterLoading() {
  sessionStorage.setItem(LATER, said);
}

export function tellWhatWasKept() {
  const text = sessionStorage.getItem(LATER);
  sessionStorage.removeItem(LATER);
  if (text) tell(text);
}

// A failure; `about` names what was tried.
export function complain(text, about) {
  const bar = document.querySelector("#trouble");
  bar.hidden = false;
  bar.dataset.about = about;
  bar.querySelector("[role=alert]").textContent = text;
  tell("");
}

// Closes the bar, where there is one: after the success of what it is about, or of whatever it is about for none.
export function closeTrouble(about) {
  const bar = document.querySelector("#trouble");
  if (bar.hidden || (about !== undefined && bar.dataset.about !== about)) return false;
  bar.hidden = true;
  bar.querySelector("[role=alert]").textContent = "";
  return true;
}

const VERBS = {
  "outcome kept": "Kept",
  "outcome rejected": "Rejected",
  "medium illustration": "Called an illustration",
  "medium photo": "Called a photograph",
  "copy keep": "From the next run on, this copy stays",
};

export function verb(action, value) {
  if (action === "label") return `Class ${value}`;
  if (action === "tag") return `Tagged ${value}`;
  if (action === "untag") return `Took ${value} off`;
  if (action === "different") return "From the next run on, no copy";
  return VERBS[`${action} ${value}`];
}

export function counted(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
