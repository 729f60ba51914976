// Changes, sent one after the other, so that a second decision on a picture knows of the first.

const GONE = "The server does not answer, so nothing was recorded. Is `inksift review` still running?";

export class Refused extends Error {
  constructor(words, answer, status) {
    super(words);
    this.answer = answer;
    this.status = status;
  }
}

let last = Promise.resolve();

export function inTurn(job) {
  last = last.then(job, job);
  return last;
}

export async function post(path, body) {
  const answer = await sent(path, body);
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw new Refused(told.error ?? `The server refused this (${answer.status}), so nothing was recorded.`, told, answer.status);
}

async function sent(path, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "Content-Type": "application/json", "X-Inksift-Token": token };
  try {
    return await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw new Refused(GONE, {}, 0);
  }
}
