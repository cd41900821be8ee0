import assert from "node:assert/strict";
import { test } from "node:test";

import { choose, languageOf, tableOf } from "../../nodes/web/word_choice.js";

const TABLES = { en: { kling: { a: { b: "about {n} {what}" }, only: "English" } }, zh: { kling: { a: { b: "约 {n}" } } } };

test("every kind of Chinese reads Chinese, everybody else English", () => {
  assert.deepEqual(["zh", "zh-TW", "zh_CN", "ZH-Hans-CN"].map(languageOf), ["zh", "zh", "zh", "zh"]);
  assert.deepEqual(["en", "en-US", "fr", "zhx", "", undefined].map(languageOf), ["en", "en", "en", "en", "en", "en"]);
});

test("traditional letters have a table of their own, and simplified ones stand in", () => {
  assert.deepEqual(["zh-TW", "zh_HK", "zh-Hant", "zh", "zh-CN", "en"].map(tableOf), ["zh-TW", "zh-TW", "zh-TW", "zh", "zh", "en"]);
  const tables = { ...TABLES, "zh-TW": { kling: { own: "約" } } };
  assert.equal(choose(tables, "zh-TW", "own"), "約");
  assert.equal(choose(tables, "zh-TW", "a.b", { n: 3 }), "约 3");
  assert.equal(choose(tables, "zh-TW", "only"), "English");
});

test("values are filled in, and what has no value stays", () => {
  assert.equal(choose(TABLES, "zh", "a.b", { n: 3 }), "约 3");
  assert.equal(choose(TABLES, "en", "a.b", { n: 0 }), "about 0 {what}");
});

test("what Chinese lacks is said in English, and what both lack is the key", () => {
  assert.equal(choose(TABLES, "zh", "only"), "English");
  assert.equal(choose(TABLES, "zh", "a.missing"), "a.missing");
  assert.equal(choose(TABLES, "zh", "a"), "a");
  assert.equal(choose({}, "en", "a.b"), "a.b");
});
