import assert from "node:assert/strict";
import { test } from "node:test";

import { paced } from "../../nodes/web/advice_pace.js";
import { inputsOf, isGreyed, lines, narrowed, ordersSomething, question, reasons } from "../../nodes/web/advice_text.js";

const say = (key, values = {}) => `${key}${Object.keys(values).length ? ` ${JSON.stringify(values)}` : ""}`;
const told = { units: "1", unit: "units", price: { is: "exact", units: "1", on: "", beside: "0" }, problem: "", notes: [], options: {}, unused: {} };
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function node(widgets, inputs = []) {
  return { comfyClass: "KlingText2Video", widgets: Object.entries(widgets).map(([name, value]) => ({ name, value })), inputs };
}

test("widgets are asked about by value, linked inputs as null, and sockets without a link not at all", () => {
  const linked = [{ name: "duration", link: 4, widget: {} }, { name: "voice_1", link: 0 }, { name: "multi_shot", link: null }];
  const one = node({ prompt: "x", duration: 5, control_after_generate: "fixed" }, linked);
  one.widgets.push({ name: "kling_advice", value: "", options: { serialize: false } });
  assert.deepEqual(inputsOf(one), { prompt: "x", duration: null, voice_1: null });
});

test("a long prompt is told by its length and what it cites, and never in full", () => {
  const prompt = `${"小".repeat(2600)} <<<image_1>>> <<<image_1>>> <<<voice_2>>>`;
  const asked = new URLSearchParams(question("KlingText2Video", { prompt, image_urls: "u".repeat(300) }, "zh").split("?")[1]);
  const inputs = JSON.parse(asked.get("inputs"));
  assert.deepEqual(inputs.prompt, { length: 2642, text: "<<<image_1>>> <<<voice_2>>>" });
  assert.equal(inputs.image_urls, null);
  assert.equal(asked.get("language"), "zh");
});

test("a request is never too long for a server", () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, number) => [`prompt_${number}`, "字".repeat(190)]));
  assert.ok(question("KlingText2Video", many, "en").length <= 6000);
});

test("the cost comes first, then what is good to know, and what is not used", () => {
  const unused = { cfg_scale: "why", element_1: "other", element_2: "other", absent: "why" };
  const own = { cfg_scale: "cfg_scale", element_1: "Element 1", element_2: "Element 2" };
  const found = lines({ ...told, notes: ["note"], unused }, say, own);
  assert.deepEqual(found.map((line) => line.kind), ["cost", "note", "unused"]);
  assert.equal(found[2].text, 'advice.unused {"inputs":"cfg_scale, Element"}');
  assert.equal(reasons({ unused }), "why\nother");
});

test("each problem has a line, and what is impossible has no cost", () => {
  const found = lines({ ...told, problem: "no key\nno prompt" }, say);
  assert.deepEqual(found, [{ kind: "problem", text: "no key" }, { kind: "problem", text: "no prompt" }]);
});

test("the sandbox is said to be free, and so is a price of nothing", () => {
  const cost = (price, more = {}) => lines({ ...told, ...more, price: { on: "", beside: "0", ...price } }, say)[0].text;
  assert.match(cost({ is: "exact", units: "3" }, { free: true }), /^advice\.price\.exact.*advice\.free$/);
  assert.match(cost({ is: "second", units: "0.4", beside: "0.05" }, { free: true }), /advice\.speech.*advice\.free$/);
  assert.equal(cost({ is: "unknown", units: null }, { free: true }), "advice.sandbox");
  assert.equal(cost({ is: "exact", units: "0" }), "advice.price.free");
  assert.doesNotMatch(cost({ is: "exact", units: "3" }), /advice\.free/);
});

test("a unit without a word of ours is told as it is, and a step before is told beside a price per second", () => {
  const price = { is: "second", units: "0.4", beside: "0.05" };
  assert.match(lines({ ...told, unit: "coins", price }, say)[0].text, /"unit":"coins".*advice\.speech.*0\.05/);
});

test("a menu keeps its order and is never empty", () => {
  assert.deepEqual(narrowed(["std", "pro", "4k"], ["pro", "std"]), ["std", "pro"]);
  assert.deepEqual(narrowed(["std", "pro"], ["8k"]), ["std", "pro"]);
  assert.deepEqual(narrowed(["std", "pro"], undefined), ["std", "pro"]);
});

test("only what nobody has changed is greyed", () => {
  assert.equal(isGreyed("cfg_scale", 0.5, 0.5, { unused: { cfg_scale: "why" } }), true);
  assert.equal(isGreyed("cfg_scale", 0.9, 0.5, { unused: { cfg_scale: "why" } }), false);
  assert.equal(isGreyed("cfg_scale", 0.5, 0.5, undefined), false);
});

test("a node orders something that has a seed and a profile", () => {
  assert.equal(ordersSomething(node({ seed: 1, profile: "" })), true);
  assert.equal(ordersSomething(node({ profile: "" })), false);
  assert.equal(ordersSomething({ ...node({ seed: 1, profile: "" }), comfyClass: "KSampler" }), false);
});

test("two hundred quick changes ask once, and never twice at once", async () => {
  let under = 0;
  let most = 0;
  let asked = 0;
  const poke = paced(async () => {
    asked += 1;
    most = Math.max(most, ++under);
    await wait(30);
    under -= 1;
  }, 10);
  for (let change = 0; change < 200; change += 1) poke();
  await wait(20);
  for (let change = 0; change < 3; change += 1) {
    poke();
    await wait(12);
  }
  await wait(120);
  assert.equal(most, 1);
  assert.ok(asked >= 2 && asked <= 3, `${asked}`);
});
