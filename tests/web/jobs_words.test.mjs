import assert from "node:assert/strict";
import { test } from "node:test";

import { advice, age, buttons, made, money, progress, situation, symbol, units } from "../../nodes/web/jobs_words.js";

const job = (values) => ({ state: "running", live: true, operation: "text2video", model: "kling-v3", mode: "pro", duration: 5,
  task_id: "t1", created_at: 1000, usual: 60, units: "3", unit: "units", estimated: true, charged: "will_be",
  kind: "video", files: 0, error: "", ...values }); // prettier-ignore

test("an age is told in the largest unit that says something", () => {
  assert.deepEqual(age(-3), ["tab.age.now", {}]);
  assert.deepEqual(age(59), ["tab.age.now", {}]);
  assert.deepEqual(age(60), ["tab.age.minutes", { n: 1 }]);
  assert.deepEqual(age(89 * 60), ["tab.age.minutes", { n: 89 }]);
  assert.deepEqual(age(90 * 60), ["tab.age.hours", { n: 1 }]);
  assert.deepEqual(age(35 * 3600), ["tab.age.hours", { n: 35 }]);
  assert.deepEqual(age(36 * 3600), ["tab.age.days", { n: 1 }]);
});

test("an open job is told by whether somebody waits for it", () => {
  const told = (state, live) => situation(job({ state, live }));
  assert.deepEqual(["created", "sending", "unknown", "running"].map((state) => told(state, true)),
    ["starting", "sending", "asking", "running"]); // prettier-ignore
  assert.deepEqual(["created", "sending", "unknown", "running"].map((state) => told(state, false)),
    ["unsent", "unknown", "unknown", "waiting"]); // prettier-ignore
});

test("a state that only a newer server knows is told as it is and offers nothing but its task id", () => {
  const odd = job({ state: "archived" });
  assert.equal(situation(odd), "archived");
  assert.deepEqual(buttons(odd), ["copy"]);
  assert.equal(progress(odd, 1010), null);
  assert.equal(symbol(odd), "times-circle");
});

test("a job that nobody waits for can be fetched, one that somebody waits for cannot", () => {
  assert.deepEqual(buttons(job({ live: false })), ["fetch", "collect", "copy"]);
  assert.deepEqual(buttons(job({ live: true })), ["collect", "copy"]);
});

test("an unknown outcome can be looked up, and what was never sent cannot", () => {
  assert.deepEqual(buttons(job({ state: "unknown", live: false, task_id: "" })), ["fetch"]);
  assert.deepEqual(buttons(job({ state: "created", live: false, task_id: "" })), []);
});

test("a job that is done can be collected, opened and copied, and one without files is not opened", () => {
  const done = { state: "collected", live: false };
  assert.deepEqual(buttons(job({ ...done, files: 1 })), ["collect", "open", "copy"]);
  assert.deepEqual(buttons(job({ ...done, files: 0, kind: "entry" })), ["collect", "copy"]);
});

test("a job that failed or was refused cannot be collected", () => {
  assert.deepEqual(buttons(job({ state: "failed", live: false })), ["copy"]);
  assert.deepEqual(buttons(job({ state: "refused", live: false, task_id: "" })), []);
});

test("what the artist can do is told for an unknown outcome, an unsent job and one that nobody waits for", () => {
  assert.equal(advice(job({ state: "unknown", live: false })), "tab.advice.unknown");
  assert.equal(advice(job({ state: "created", live: false })), "tab.advice.unsent");
  assert.equal(advice(job({ live: false })), "tab.advice.waiting");
  assert.equal(advice(job({ state: "collected" })), null);
});

test("whether it was charged is told for what made nothing, or may have", () => {
  assert.equal(money(job({ state: "failed", charged: "no" })), "tab.charged.no");
  assert.equal(money(job({ state: "unknown", live: false, charged: "perhaps" })), "tab.charged.perhaps");
  assert.equal(money(job({ state: "collected", charged: "once" })), null);
  assert.equal(money(job({ state: "failed", charged: "a new word" })), null);
});

test("an estimate is marked as one, and not told of a job that failed", () => {
  assert.deepEqual(units(job({})), ["tab.units.estimated", { units: "3", unit: "units" }]);
  assert.deepEqual(units(job({ estimated: false })), ["tab.units.taken", { units: "3", unit: "units" }]);
  assert.equal(units(job({ state: "failed" })), null);
  assert.equal(units(job({ state: "failed", estimated: false, units: "0" })), null);
  assert.equal(units(job({ state: "failed", estimated: false, units: "0.05" }))[0], "tab.units.taken");
  assert.equal(units(job({ units: "" })), null);
});

test("a job of the sandbox is free, whatever it would have cost, and so is one that cost nothing", () => {
  assert.equal(units(job({ free: true }))[0], "tab.units.sandbox_estimated");
  assert.deepEqual(units(job({ free: true, estimated: false })), ["tab.units.sandbox_taken", { units: "3", unit: "units" }]);
  assert.deepEqual(units(job({ estimated: false, units: "0" })), ["tab.units.free", {}]);
  assert.equal(money(job({ free: true, state: "unknown", live: false, charged: "perhaps" })), "tab.charged.no");
});

test("progress never gets to the end by waiting alone", () => {
  assert.deepEqual(progress(job({}), 1030), { share: 0.45, words: ["tab.progress.of", { seconds: 30, usual: 60 }] });
  const late = progress(job({}), 1600);
  assert.ok(late.share > 0.9 && late.share < 1);
  assert.deepEqual(late.words, ["tab.progress.late", { n: 10, usual: 60 }]);
  assert.deepEqual(progress(job({}), 1090).words, ["tab.progress.over", { seconds: 90, usual: 60 }]);
  assert.equal(progress(job({ live: false }), 1030), null);
});

test("without a usual time the progress tells the time so far alone", () => {
  assert.deepEqual(progress(job({ usual: null }), 1030), { share: null, words: ["tab.progress.seconds", { seconds: 30 }] });
  assert.deepEqual(progress(job({ usual: null }), 1600).words, ["tab.progress.minutes", { n: 10 }]);
});

test("a clock that is behind the server's shows no negative time", () => {
  assert.deepEqual(progress(job({}), 990).words[1], { seconds: 0, usual: 60 });
});

test("only what is known of a job is named", () => {
  assert.deepEqual(made(job({})), ["kling-v3", "pro", ["tab.clip", { n: 5 }]]);
  assert.deepEqual(made(job({ model: "", mode: "", duration: 0 })), []);
});

test("a picture is asked for only where there is one", () => {
  assert.equal(symbol(job({ state: "collected", files: 1, kind: "picture" })), "thumbnail");
  assert.equal(symbol(job({ state: "collected", files: 1, kind: "sound" })), "volume-up");
  assert.equal(symbol(job({ state: "collected", files: 0, kind: "entry" })), "bookmark");
  assert.equal(symbol(job({})), "clock");
  assert.equal(symbol(job({ state: "failed" })), "times-circle");
});
