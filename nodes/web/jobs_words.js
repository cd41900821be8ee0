// What a job of the ledger says in its row: keys and values for say(), pure. A job is as GET /kling/jobs tells it.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OPEN = ["created", "sending", "unknown", "running"];

export function isOpen(job) {
  return OPEN.includes(job.state);
}

// Seconds since something, as [key, values].
export function age(seconds) {
  if (seconds < MINUTE) return ["tab.age.now", {}];
  if (seconds < 1.5 * HOUR) return ["tab.age.minutes", { n: Math.floor(seconds / MINUTE) }];
  if (seconds < 1.5 * DAY) return ["tab.age.hours", { n: Math.floor(seconds / HOUR) }];
  return ["tab.age.days", { n: Math.floor(seconds / DAY) }];
}

// One word for where the job is: a key below tab.state, which is also its class name. A state of a newer server is itself.
export function situation(job) {
  if (!isOpen(job)) return job.state;
  if (job.state === "unknown") return job.live ? "asking" : "unknown";
  if (job.state === "sending") return job.live ? "sending" : "unknown";
  if (job.state === "created") return job.live ? "starting" : "unsent";
  return job.live ? "running" : "waiting";
}

// What the artist can do about it, or what it means; null where there is nothing to add.
export function advice(job) {
  const said = ["unknown", "unsent", "waiting"];
  return said.includes(situation(job)) ? `tab.advice.${situation(job)}` : null;
}

// The money of a job that made nothing or may have: a key below tab.charged; null where the units say it all.
export function money(job) {
  const charged = job.free ? "no" : job.charged;
  const telling = ["failed", "refused"].includes(job.state) || ["unknown", "unsent"].includes(situation(job));
  return telling && ["no", "once", "will_be", "perhaps", "usually_not"].includes(charged) ? `tab.charged.${charged}` : null;
}

// Units as [key, values]; null where nothing is known. What a job would have cost says nothing once it made nothing.
export function units(job) {
  if (job.units === "" || job.units == null) return null;
  if (["failed", "refused"].includes(job.state) && (job.estimated || !Number(job.units))) return null;
  if (!Number(job.units)) return ["tab.units.free", {}];
  const key = `${job.free ? "sandbox_" : ""}${job.estimated ? "estimated" : "taken"}`;
  return [`tab.units.${key}`, { units: job.units, unit: job.unit ?? "" }];
}

// How far a job is that a run waits for: {share 0..1 or null, words [key, values]}; null for others. The share never
// gets to 1 by waiting alone.
export function progress(job, now) {
  if (!["running", "sending", "starting", "asking"].includes(situation(job))) return null;
  const seconds = Math.max(0, Math.floor(now - job.created_at));
  const usual = Math.round(job.usual ?? 0);
  if (!usual) return { share: null, words: elapsed(seconds) };
  const ratio = seconds / usual;
  if (ratio > 1) return { share: 1 - 0.1 / ratio, words: late(seconds, usual) };
  return { share: 0.9 * ratio, words: ["tab.progress.of", { seconds, usual }] };
}

function elapsed(seconds) {
  return seconds < 3 * MINUTE ? ["tab.progress.seconds", { seconds }] : ["tab.progress.minutes", { n: Math.floor(seconds / MINUTE) }];
}

function late(seconds, usual) {
  if (seconds < 3 * MINUTE) return ["tab.progress.over", { seconds, usual }];
  return ["tab.progress.late", { n: Math.floor(seconds / MINUTE), usual }];
}

// Model, mode and length, as parts to be joined: strings, and [key, values] to be said.
export function made(job) {
  const seconds = job.duration ? ["tab.clip", { n: job.duration }] : "";
  return [job.model, job.mode, seconds].filter(Boolean);
}

// Which buttons the row has, in their order.
export function buttons(job) {
  const fetchable = isOpen(job) && !job.live && job.state !== "created";
  const files = job.state === "collected" && job.files > 0;
  const collectable = job.state === "collected" || (job.state === "running" && job.task_id);
  const has = { fetch: fetchable, collect: collectable, open: files, copy: Boolean(job.task_id) };
  return Object.keys(has).filter((name) => has[name]);
}

// The picture of the row: "thumbnail" where the server has one, else the name of a symbol.
export function symbol(job) {
  if (isOpen(job)) return "clock";
  if (job.state !== "collected") return "times-circle";
  if (job.files > 0 && ["video", "picture"].includes(job.kind)) return "thumbnail";
  return job.kind === "sound" ? "volume-up" : "bookmark";
}
