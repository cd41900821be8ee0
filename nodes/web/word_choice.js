// Which words to say: pure, no page. The tables are what GET /i18n answers: {en: {kling: {...}}, zh: {kling: {...}}}.

// "zh-TW" and "zh_CN" read Chinese, everybody else English: there are no other tables.
export function languageOf(locale) {
  return /^zh\b/i.test(String(locale ?? "").replace("_", "-")) ? "zh" : "en";
}

// "{units}" is filled in from values; a name that values lack stays as it is. A key that no table has is returned itself.
export function choose(tables, language, key, values = {}) {
  const text = entry(tables?.[language]?.kling, key) ?? entry(tables?.en?.kling, key) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

function entry(table, key) {
  const found = key.split(".").reduce((node, part) => node?.[part], table);
  return typeof found === "string" ? found : undefined;
}
