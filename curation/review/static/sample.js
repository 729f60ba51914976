// The audit: one picture, one answer, on to the next.

import { decide } from "./deciding.js";
import { placeOf } from "./done.js";
import { listen } from "./keys.js";
import { undoLast } from "./taking.js";
import { goTo, leave } from "./turns.js";
import { tellAfterLoading, tellWhatWasKept } from "./words.js";

const AUDIT = "/audit";
const file = document.querySelector("#file");

// So that an undo comes back to this very question.
if (file) history.replaceState(null, "", `${AUDIT}?n=${file.dataset.number}`);

const following = () => document.querySelector("a[rel=next]")?.href ?? AUDIT;

async function answer(value) {
  if (!file || !(await decide([file], "medium", value))) return;
  tellAfterLoading();
  leave(() => location.assign(following()));
}

async function undoByKey() {
  const action = await undoLast();
  if (!action) return;
  tellAfterLoading();
  const place = placeOf(action);
  leave(() => location.assign(place && new URL(place).pathname === AUDIT ? place : AUDIT));
}

listen({ i: () => answer("illustration"), p: () => answer("photo"), s: () => goTo(following()), u: undoByKey });

document.querySelector("#answers")?.addEventListener("click", ({ target }) => {
  if (target.dataset.value) answer(target.dataset.value);
});
tellWhatWasKept();
