// What is asked about a node and what is shown of the answer: pure, no page. `say` is that of words.js.

// A text of more letters is told by its length, with what it cites: it would not fit into an address.
const LONGEST = 200;
// Letters of the whole request, so that every server takes it.
const LONGEST_REQUEST = 6000;
const PROSE = /prompt|description|^text$/;

// Widget or socket -> value; null for what is linked. What is not connected is not there.
export function inputsOf(node) {
  const found = {};
  for (const widget of node.widgets ?? []) {
    if (widget.name && widget.options?.serialize !== false && widget.value !== undefined) found[widget.name] = widget.value;
  }
  for (const input of node.inputs ?? []) {
    if (input.link !== null && input.link !== undefined) found[input.name] = null;
  }
  delete found.control_after_generate;
  return found;
}

export function question(node, inputs, language) {
  const told = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, shortened(name, value)]));
  const names = Object.keys(told).sort((one, other) => size(told[other]) - size(told[one]));
  let asked = address(node, told, language);
  while (asked.length > LONGEST_REQUEST && names.length) {
    told[names.shift()] = null;
    asked = address(node, told, language);
  }
  return asked;
}

function address(node, inputs, language) {
  return `/kling/advice?${new URLSearchParams({ node, inputs: JSON.stringify(inputs), language })}`;
}

// An address may hold a signature or a token; this one ends in logs of proxies. Where it leads to makes no difference.
const ADDRESS = /_urls?$|^callback_url$/;

function shortened(name, value) {
  if (typeof value !== "string") return value;
  if (value.length <= LONGEST) return ADDRESS.test(name) ? hosts(value) : value;
  if (!PROSE.test(name)) return null;
  const cited = [...new Set(value.match(/<<<\w{1,20}>>>/g) ?? [])].slice(0, 30).join(" ");
  return { length: [...value].length, text: cited };
}

function hosts(urls) {
  return urls.split(/\s+/).filter(Boolean).map((url) => url.replace(/^(https?:\/\/[^/?#@]+).*$/i, "$1/")).join("\n");
}

function size(value) {
  return value === null ? 0 : JSON.stringify(value).length;
}

// What is shown, one line each: {kind: "cost" | "problem" | "unused" | "note", text}. `own`: the node's own inputs by
// name, with their labels.
export function lines(advice, say, own = {}, language = "en") {
  const problems = (advice.problem ?? "").split("\n").filter(Boolean);
  const found = problems.map((text) => ({ kind: "problem", text }));
  if (!problems.length) found.push({ kind: "cost", text: cost(advice, say) });
  for (const note of advice.notes ?? []) found.push({ kind: "note", text: note });
  const unused = Object.keys(advice.unused ?? {}).filter((name) => name in own);
  const inputs = grouped(unused, own).join(language === "zh" ? "、" : ", ");
  if (unused.length) found.push({ kind: "unused", text: say("advice.unused", { inputs }) });
  return found;
}

// element_1, element_2, element_3 -> one entry.
function grouped(names, own) {
  const stems = new Map(names.map((name) => [name.replace(/_\d+$/, ""), own[name] || name]));
  return [...stems].map(([stem, label]) => (names.includes(stem) ? label : label.replace(/[\s_]*\d+$/, "")));
}

// All reasons, for a tooltip.
export function reasons(advice) {
  return [...new Set(Object.values(advice.unused ?? {}))].join("\n");
}

function cost(advice, say) {
  const price = advice.price ?? { is: advice.units === null ? "unknown" : "exact", units: advice.units };
  if (price.is === "exact" && price.units === "0") return say("advice.price.free");
  const free = advice.free && price.is !== "nothing";
  if (free && price.is === "unknown") return say("advice.sandbox");
  const unit = unitWord(advice.unit, price.units, say);
  const said = say(`advice.price.${price.is}`, { units: price.units, unit, on: price.on });
  const beside = price.is === "second" && price.beside && price.beside !== "0";
  const speech = beside ? say("advice.speech", { units: price.beside, unit: unitWord(advice.unit, price.beside, say) }) : "";
  return `${said}${speech}${free ? say("advice.free") : ""}`;
}

function unitWord(unit, units, say) {
  const key = `advice.unit.${String(unit).replaceAll(" ", "_")}.${units === "1" ? "one" : "many"}`;
  const word = say(key);
  return word === key ? unit : word;
}

// The values of a menu that the model can do, in the menu's order; all where nothing is said.
export function narrowed(values, able) {
  if (!Array.isArray(values) || !able) return values;
  const kept = values.filter((value) => able.includes(value));
  return kept.length ? kept : values;
}

// Only what is as it was made: what somebody has written must stay readable and can be taken out again.
export function isGreyed(name, value, usual, advice) {
  return Boolean(advice?.unused && Object.hasOwn(advice.unused, name)) && value === usual;
}

// Nodes that order something have what tells two takes apart, and who pays.
export function ordersSomething(node) {
  const names = (node.widgets ?? []).map((widget) => widget.name);
  return Boolean(node.comfyClass?.startsWith("Kling")) && names.includes("seed") && names.includes("profile");
}
