import assert from "node:assert/strict";
import { test } from "node:test";

import { dialogText, inOurWords } from "../../nodes/web/error_list.js";

const SAID = "duration 7 s is not possible with kling-v1.\nPossible here: 5 s, 10 s.\nNot charged.";
const LABELS = { duration: "时长（秒）", image: "首帧" };
const words = {
  say: (key, values = {}) => [key, ...Object.values(values)].join(" "),
  title: (id, type) => `${type} no. ${id}`,
  label: (id, name) => LABELS[name] ?? name,
};
const missing = { type: "required_input_missing", message: "Required input is missing", details: "image", extra_info: { input_name: "image" } };
// As PromptExecutionError.toString of the front end does.
const print = (response) =>
  [
    response.error?.message ? `${response.error.message}: ${response.error.details}` : "",
    ...Object.values(response.node_errors).flatMap((node) => [`${node.class_type}:`, ...node.errors.map((error) => `    - ${error.message}: ${error.details}`)]),
  ].join("\n");

function error(name, said = SAID) {
  return { type: "custom_validation_failed", message: "Custom validation failed for node", details: `${name} - ${said}`, extra_info: { input_name: name } };
}

function answer(nodes, reasons = []) {
  const details = reasons.map((reason) => `${reason.message}: ${reason.details}`).join("\n");
  const node_errors = Object.fromEntries(Object.entries(nodes).map(([id, [class_type, errors]]) => [id, { class_type, errors, dependent_outputs: ["9"] }]));
  return { error: { type: "prompt_outputs_failed_validation", message: "Prompt outputs failed validation", details, extra_info: {} }, node_errors };
}

function refused(...names) {
  return answer({ 2: ["KlingText2Video", names.map((name) => error(name))] });
}

test("a refusal is listed once, at the input that it names, in its own three lines", () => {
  const [one, ...more] = inOurWords(refused("model_name", "duration", "mode"), words).node_errors[2].errors;
  assert.deepEqual(more, []);
  assert.equal(one.message, "duration 7 s is not possible with kling-v1.");
  assert.equal(one.details, "Possible here: 5 s, 10 s.\nNot charged.");
  assert.equal(one.extra_info.input_name, "duration");
});

test("an input is found by its label as well", () => {
  const said = "kling-v1 不支持「时长（秒）」。\n请改用其他模型。\n未扣费。";
  const errors = ["model_name", "duration"].map((name) => error(name, said));
  const [one] = inOurWords(answer({ 2: ["KlingText2Video", errors] }), words).node_errors[2].errors;
  assert.equal(one.extra_info.input_name, "duration");
});

test("the dialog holds the title and the three lines, and nothing twice", () => {
  assert.equal(dialogText(refused("model_name", "duration"), words, print), `KlingText2Video no. 2\n${SAID}`);
});

test("a node that is an output itself is not told a second time by the answer as a whole", () => {
  const errors = ["model_name", "parameters"].map((name) => error(name));
  const whole = answer({ 1: ["KlingEstimate", errors] }, errors);
  assert.equal(dialogText(whole, words, print), `KlingEstimate no. 1\n${SAID}`);
  assert.equal(inOurWords(whole, words).error.details, "");
});

test("what ComfyUI finds itself is told in our words with the input's label", () => {
  const config = (sort, limits) => ({ input_config: [sort, limits] });
  const small = { type: "value_smaller_than_min", message: "m", details: "duration", extra_info: { input_name: "duration", received_value: 0, ...config("INT", { min: 1 }) } };
  const large = { ...small, type: "value_bigger_than_max", extra_info: { input_name: "duration", received_value: 99, ...config("INT", { max: 60 }) } };
  const unlisted = { ...small, type: "value_not_in_list", extra_info: { input_name: "mode", received_value: "8k", input_config: null } };
  const other = { ...small, type: "return_type_mismatch", extra_info: { input_name: "image", received_type: "AUDIO", ...config("IMAGE", {}) } };
  assert.deepEqual(
    dialogText(answer({ 2: ["KlingImage2Video", [missing, small, large, unlisted, other]] }), words, print).split("\n"),
    [
      ...["KlingImage2Video no. 2", "errors.missing 首帧", "errors.connect", "errors.uncharged"],
      ...["errors.value 时长（秒） 0", "errors.least 1", "errors.uncharged"],
      ...["errors.value 时长（秒） 99", "errors.most 60", "errors.uncharged"],
      ...["errors.unlisted mode 8k", "errors.choose", "errors.uncharged"],
      ...["errors.other_sort 首帧 IMAGE AUDIO", "errors.reconnect", "errors.uncharged"],
    ],
  );
});

test("an error of a sort that nobody knows keeps ComfyUI's words", () => {
  const strange = { type: "exception_during_validation", message: "Exception when validating node", details: "boom", extra_info: {} };
  assert.equal(dialogText(answer({ 2: ["KlingShots", [strange]] }), words, print), "KlingShots no. 2\nException when validating node\nboom");
});

test("other packs' nodes stay as they are, in the dialog and in the answer", () => {
  const foreign = [error("a", "b"), missing];
  const whole = answer({ 2: ["KlingText2Video", [error("duration")]], 5: ["KSampler", foreign] }, [error("duration"), ...foreign]);
  assert.deepEqual(inOurWords(whole, words).node_errors[5], whole.node_errors[5]);
  const told = dialogText(whole, words, print);
  assert.ok(told.startsWith(`KlingText2Video no. 2\n${SAID}\n\nPrompt outputs failed validation: Custom validation failed for node: a - b`), told);
  assert.ok(told.includes("KSampler:\n    - Custom validation failed for node: a - b\n    - Required input is missing: image"));
  assert.equal(dialogText(answer({ 5: ["KSampler", foreign] }), words, print), "");
});

test("what is no answer of that kind stays as it is", () => {
  for (const odd of [undefined, null, {}, { node_errors: [] }, { node_errors: { 1: null } }, { error: "no", node_errors: {} }]) {
    assert.deepEqual(inOurWords(odd, words), odd);
    assert.equal(dialogText(odd, words, print), "");
  }
});
