// What this tab did to a ledger, so that it can be taken back. An action has the `entries` that it wrote, what was
// decided (`action`), `words` for it, and the `page` that it was done on, which shows the files of one `run`.
// Another workspace may be served at the same address later, where the same numbers are entries of other people.

const key = () => `done ${document.body.dataset.ledger}`;

function stack() {
  return JSON.parse(sessionStorage.getItem(key()) ?? "[]");
}

export function remember(entries, action, words) {
  if (entries.length) put({ entries, action, words, page: location.href, run: document.body.dataset.run });
}

export function put(action) {
  keep([...stack(), action]);
}

// A tab has a few megabytes: where tens of thousands of entries no longer fit, what was done first goes first.
function keep(actions) {
  for (let first = 0; first <= actions.length; first += 1) {
    try {
      return sessionStorage.setItem(key(), JSON.stringify(actions.slice(first)));
    } catch {
      // Full: once more without one of them.
    }
  }
}

export function takeLast() {
  const actions = stack();
  const action = actions.pop();
  sessionStorage.setItem(key(), JSON.stringify(actions));
  return action;
}

// Where an action was done, "" where that page showed the files of another run.
export function placeOf({ page, run }) {
  return run === document.body.dataset.run ? page : "";
}
