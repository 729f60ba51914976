// What is sent to the server, and what it answers.

const GONE = "The server does not answer, so nothing was recorded. Is `inksift review` still running?";

export class Refused extends Error {
  constructor(words, answer, status) {
    super(words);
    this.answer = answer;
    this.status = status;
  }
}

export async function post(path, body) {
  const answer = await sent(path, { ...body, ledger: document.body.dataset.ledger });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  throw new Refused(told.error ?? `The server refused this (${answer.status}), so nothing was recorded.`, told, answer.status);
}

// Kept alive, so that a page that is left takes no decision with it; browsers refuse that of more than this.
const MOST_KEPT_ALIVE = 60_000;

async function sent(path, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "Content-Type": "application/json", "X-Inksift-Token": token };
  const text = JSON.stringify(body);
  const keepalive = new TextEncoder().encode(text).length < MOST_KEPT_ALIVE;
  try {
    return await fetch(path, { method: "POST", headers, body: text, keepalive });
  } catch {
    throw new Refused(GONE, {}, 0);
  }
}
