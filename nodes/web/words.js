// Our own words in the reader's language. Await load() once, then say() is immediate; the choice itself is word_choice.js.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { choose, languageOf, tableOf } from "./word_choice.js";

let tables = {};
let loading;

// Resolves always. Where the server did not answer, say() returns keys and the next load() asks again.
export function load() {
  loading ??= fetchTables();
  return loading;
}

// The language of the server's texts, "en" or "zh", as it is set now.
export function language() {
  return languageOf(locale());
}

// That of the tables: "en", "zh" or "zh-TW".
export function table() {
  return tableOf(locale());
}

function locale() {
  return app.extensionManager?.setting?.get?.("Comfy.Locale") || navigator.language;
}

// say("tab.age.hours", {n: 3}): the text "kling.tab.age.hours" of locales/<language>/main.json.
export function say(key, values) {
  return choose(tables, table(), key, values);
}

async function fetchTables() {
  try {
    const answer = await api.fetchApi("/i18n");
    if (!answer.ok) throw new Error(`GET /i18n answers ${answer.status}`);
    tables = await answer.json();
  } catch (error) {
    console.warn("Kling: the words could not be loaded.", error);
    loading = undefined;
  }
}
