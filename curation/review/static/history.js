// The page of all that was decided.

import { undo, undoLast } from "./deciding.js";
import { listen } from "./keys.js";
import { tellAfterLoading, tellWhatWasKept } from "./words.js";

async function refreshed(held) {
  if (!(await held)) return;
  tellAfterLoading(document.querySelector("#told").textContent);
  location.reload();
}

listen({ u: () => refreshed(undoLast()) });

document.querySelector("main").addEventListener("click", ({ target }) => {
  if (target.dataset.undo) refreshed(undo(Number(target.dataset.undo)));
});
tellWhatWasKept();
