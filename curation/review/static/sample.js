// The audit: one picture, one answer, on to the next.

import { decide, undoLast } from "./deciding.js";
import { listen } from "./keys.js";
import { tellAfterLoading, tellWhatWasKept } from "./words.js";

const file = document.querySelector("#file");

// So that an undo comes back to this very question.
if (file) history.replaceState(null, "", `/audit?n=${file.dataset.number}`);

function onward() {
  const link = document.querySelector("a[rel=next]");
  location.assign(link ? link.href : "/audit");
}

async function answer(value) {
  if (!file || !(await decide([file], "medium", value))) return;
  tellAfterLoading(document.querySelector("#told").textContent);
  onward();
}

async function undoByKey() {
  const action = await undoLast();
  if (!action) return;
  tellAfterLoading(document.querySelector("#told").textContent);
  location.assign(new URL(action.page).pathname === "/audit" ? action.page : "/audit");
}

listen({ i: () => answer("illustration"), p: () => answer("photo"), s: onward, u: undoByKey });

document.querySelector("#answers")?.addEventListener("click", ({ target }) => {
  if (target.dataset.value) answer(target.dataset.value);
});
document.querySelector("#undo").addEventListener("click", undoByKey);
tellWhatWasKept();
