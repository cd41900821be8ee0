// Which words to say: pure, no page. The tables are what GET /i18n answers: {en: {kling: {...}}, zh: {kling: {...}}}.

// The server's languages: "zh-TW" and "zh_CN" read Chinese, everybody else English.
export function languageOf(locale) {
  return /^zh\b/i.test(String(locale ?? "").replace("_", "-")) ? "zh" : "en";
}

// The browser's tables, one more than that: traditional letters.
export function tableOf(locale) {
  return /^zh[-_](TW|HK|MO|Hant)\b/i.test(String(locale ?? "")) ? "zh-TW" : languageOf(locale);
}

// "{units}" is filled in from values; a name that values lack stays as it is. A key that no table has is returned itself.
export function choose(tables, language, key, values = {}) {
  const found = [language, languageOf(language), "en"].map((name) => entry(tables?.[name]?.kling, key));
  const text = found.find((one) => one !== undefined) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

function entry(table, key) {
  const found = key.split(".").reduce((node, part) => node?.[part], table);
  return typeof found === "string" ? found : undefined;
}
