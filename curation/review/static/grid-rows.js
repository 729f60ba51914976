// What is known of the files that are listed: a row for each that was looked at, fetched some screens at a time.

const MOST = 120;
const rows = new Map();
const coming = new Set();
let run = "";
let heard = () => {};

export const rowOf = (file) => rows.get(file);
export const rememberRows = (some) => some.forEach((row) => rows.set(row.file, row));
export const forgetRows = (files) => files.forEach((file) => rows.delete(file));

// Starts anew with the files of a run; `whenRows` is called whenever some have come.
export function startRows(name, whenRows) {
  if (name !== run) rows.clear();
  run = name;
  heard = whenRows;
}

// Fetches those of some files that are not known and not on their way.
export function wantRows(files) {
  const missing = files.filter((file) => !rows.has(file) && !coming.has(file));
  for (let start = 0; start < missing.length; start += MOST) fetchRows(missing.slice(start, start + MOST));
}

// The rows of some files, those that had to be fetched included.
export async function rowsOf(files) {
  const missing = files.filter((file) => !rows.has(file));
  for (let start = 0; start < missing.length; start += MOST) await fetchRows(missing.slice(start, start + MOST));
  return files.map((file) => rows.get(file)).filter(Boolean);
}

async function fetchRows(files) {
  files.forEach((file) => coming.add(file));
  try {
    const answer = await fetch(`/grid/rows?run=${run}&files=${files.join(",")}`);
    if (!answer.ok) return;
    const told = await answer.json();
    rememberRows(told.rows);
    heard(told.last);
  } catch {
    // The server is gone: what is shown stays, and the next decision says so.
  } finally {
    files.forEach((file) => coming.delete(file));
  }
}
