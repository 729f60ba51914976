// Changes, one after the other, so that a second one knows of the first; and the page, left only after the last.

let last = Promise.resolve();
let waiting = 0;
let leaving = false;
let goal = null;

// Does `job` after those before it; it says whether it did what it should.
export function inTurn(job) {
  if (leaving) window.stop();
  leaving = false;
  waiting += 1;
  last = last.then(job, job);
  last.then(answered, () => answered(false));
  return last;
}

// Leaves the page by itself, as after a decision; with another change on its way, what comes after that one does.
export function leave(go) {
  if (waiting) return;
  leaving = true;
  go();
}

// Goes where the person wants to, once all changes are answered; a failed one is to be seen first.
export function goTo(address) {
  goal = address;
  reach();
}

function answered(done) {
  waiting -= 1;
  if (!done) goal = null;
  if (goal) setTimeout(reach);
}

function reach() {
  leave(() => location.assign(goal));
}

// A page that the browser brings back is on no way anywhere.
addEventListener("pagehide", () => {
  leaving = false;
  goal = null;
});
