// The page of all that was decided.

import { listen } from "./keys.js";
import { undo, undoLast } from "./taking.js";
import { leave } from "./turns.js";
import { tellAfterLoading, tellWhatWasKept } from "./words.js";

async function refreshed(held) {
  if (!(await held)) return;
  tellAfterLoading();
  leave(() => location.reload());
}

listen({ u: () => refreshed(undoLast()) });

document.querySelector("main").addEventListener("click", ({ target }) => {
  if (target.dataset.undo) refreshed(undo(target));
});
tellWhatWasKept();
