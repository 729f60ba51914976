// What this tab did, so that it can be taken back: the entries of each action, and the page that it was done on.

const KEY = "done";

function stack() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
}

export function remember(entries) {
  if (entries.length) put({ entries, page: location.href });
}

export function put(action) {
  sessionStorage.setItem(KEY, JSON.stringify([...stack(), action]));
}

export function takeLast() {
  const actions = stack();
  const action = actions.pop();
  sessionStorage.setItem(KEY, JSON.stringify(actions));
  return action;
}
