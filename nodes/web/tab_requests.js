// The routes below /kling, asked in the reader's language. An answer or an error with words for the reader.
import { api } from "/scripts/api.js";
import { language, say } from "./words.js";

// The server gave no answer at all; it is worth asking again.
export class Unreachable extends Error {}

export function read(route, values = {}) {
  return ask(`${route}?${new URLSearchParams({ ...values, language: language() })}`, { cache: "no-store" });
}

export function send(route, body = {}) {
  return ask(`${route}?${new URLSearchParams({ language: language() })}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export function addressOf(job, part) {
  return api.apiURL(`/kling/jobs/${encodeURIComponent(job.key)}/${part}`);
}

async function ask(route, options) {
  let answer;
  try {
    answer = await api.fetchApi(route, options);
  } catch {
    throw new Unreachable(say("tab.unreachable"));
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if ([404, 405].includes(answer.status) && !told.error) throw new Error(say("tab.too_old"));
  // ComfyUI behind a proxy: the proxy answers for a server that is away.
  if ([502, 503, 504].includes(answer.status) && !told.error) throw new Unreachable(say("tab.unreachable"));
  throw new Error(told.error || say("tab.answered", { status: answer.status }));
}
