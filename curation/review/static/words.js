// What the person is told: each change in a line that screen readers speak, each failure in a bar that stays.

const LATER = "told-after-loading";

export function tell(text) {
  document.querySelector("#told").textContent = text;
}

export function tellAfterLoading(text) {
  sessionStorage.setItem(LATER, text);
}

export function complain(text) {
  const bar = document.querySelector("#trouble");
  bar.textContent = text;
  bar.hidden = !text;
}

export function tellWhatWasKept() {
  const text = sessionStorage.getItem(LATER);
  sessionStorage.removeItem(LATER);
  if (text) tell(text);
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
  if (action === "different") return "From the next run on, no copy";
  return VERBS[`${action} ${value}`];
}
