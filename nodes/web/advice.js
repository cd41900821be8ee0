// At the end of each Kling node that orders something: what it would cost, what is wrong, what the model does not use.
// The server knows (GET /kling/advice); here it is asked, shown, and menus and inputs follow. No value is ever changed.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { paced } from "./advice_pace.js";
import { inputsOf, isGreyed, lines, narrowed, ordersSomething, question, reasons } from "./advice_text.js";
import { language, load, say } from "./words.js";

const SHOW = "Kling.Advice.Show";
const NAME = "kling_advice";
// Pixels. It keeps its height whatever it says: a node that grew by itself would fill the undo list.
const HEIGHT = 64;
const MOST = 120;
const QUIET = "var(--descrip-text, #999)";
const COLOURS = { cost: "var(--input-text, #ddd)", problem: "#d97706", note: QUIET, unused: QUIET };

// Of each node on a graph: how to ask anew.
const asking = new Map();
// An older server has no such route.
let isAbsent = false;

function isShown() {
  return !isAbsent && app.extensionManager?.setting?.get?.(SHOW) !== false;
}

function area() {
  const element = document.createElement("div");
  element.dataset.kling = "advice";
  Object.assign(element.style, {
    boxSizing: "border-box",
    width: "100%",
    height: "100%",
    minHeight: `${HEIGHT}px`,
    maxHeight: `${MOST}px`,
    overflowY: "auto",
    overflowWrap: "anywhere",
    padding: "2px 6px",
    font: "12px/1.35 sans-serif",
    textAlign: "start",
    userSelect: "text",
  });
  return element;
}

function addArea(node) {
  const widget = node.addDOMWidget(NAME, NAME, area(), {
    serialize: false, // not in the prompt
    hideOnZoom: true,
    margin: 4,
    getValue: () => "",
    setValue: () => {},
    getMinHeight: () => HEIGHT,
    getMaxHeight: () => MOST,
  });
  widget.serialize = false; // not in the workflow
  // What comes after it in the list, such as core's progress text, is saved where it would be without it.
  chain(node, "onSerialize", function (saved) {
    const place = this.widgets?.indexOf(widget) ?? -1;
    if (place >= 0 && saved.widgets_values?.length > place) saved.widgets_values.splice(place, 1);
  });
  return widget;
}

// Calls ours after what is there; the first one's answer counts.
function chain(target, name, ours) {
  const before = target[name];
  target[name] = function (...values) {
    const answer = before?.apply(this, values);
    ours.apply(this, values);
    return answer;
  };
}

function show(node, widget, advice) {
  const shown = Boolean(advice) && isShown();
  widget.hidden = !isShown();
  widget.options.hidden = !isShown();
  const rows = shown ? lines(advice, say, labels(node), language()).map(row) : [];
  widget.element.replaceChildren(...rows);
  takePlace(node, widget.element);
  widget.element.title = shown ? [...rows.map((one) => one.textContent), reasons(advice)].join("\n").trim() : "";
  follow(node, shown ? advice : undefined);
  widget.callback?.(""); // Nodes 2.0 looks at a node's widgets anew when one of them says so
  node.setDirtyCanvas?.(true, true);
}

// After undo, Nodes 2.0 goes on with the place of the node that had the same id, and with what stood there.
function takePlace(node, element) {
  element.dataset.node = `${node.graph?.id ?? ""}:${node.id}`;
  if (element.isConnected) return;
  const same = document.querySelectorAll(`[data-kling="advice"][data-node="${CSS.escape(element.dataset.node)}"]`);
  [...same].find((other) => other !== element)?.replaceWith(element);
}

function row({ kind, text }) {
  const line = document.createElement("div");
  line.dataset.kind = kind;
  line.style.color = COLOURS[kind];
  if (kind === "cost") line.style.fontWeight = "600";
  line.textContent = kind === "problem" ? `⚠ ${text}` : text;
  return line;
}

function labels(node) {
  const inputs = (node.inputs ?? []).map((input) => [input.name, input.label ?? input.localized_name ?? input.name]);
  const widgets = (node.widgets ?? []).map((widget) => [widget.name, widget.label ?? widget.name]);
  return Object.fromEntries([...widgets, ...inputs]);
}

// Menus without what the model cannot do, and inputs that are of no use in grey.
function follow(node, advice) {
  for (const widget of node.widgets ?? []) {
    if (widget.type === "combo") narrow(widget, advice?.options?.[widget.name]);
    grey(widget, isGreyed(widget.name, widget.value, usual(node, widget.name), advice));
  }
}

// By widget: the whole menu, and what we made of it. Whoever puts another menu there (Refresh) is right.
const menus = new WeakMap();

function narrow(widget, able) {
  const values = widget.options?.values;
  if (!Array.isArray(values)) return;
  const known = menus.get(widget);
  const whole = known && known.ours === values ? known.whole : values;
  const ours = narrowed(whole, able);
  if (ours !== values) widget.options.values = ours;
  menus.set(widget, { whole, ours });
}

// Those that we have made grey: what another has is none of ours.
const greyed = new WeakMap();

function grey(widget, wanted) {
  if (wanted === greyed.has(widget)) return;
  if (wanted && (widget.disabled || widget.options?.disabled)) return;
  const { options } = widget;
  if (wanted) {
    greyed.set(widget, options?.read_only);
    widget.disabled = true;
    if (options) Object.assign(options, { disabled: true, read_only: true });
  } else {
    const before = greyed.get(widget);
    greyed.delete(widget);
    widget.disabled = false;
    if (options) Object.assign(options, { disabled: false, read_only: before });
  }
}

function usual(node, name) {
  const { required = {}, optional = {} } = node.constructor?.nodeData?.input ?? {};
  const [kind, options] = required[name] ?? optional[name] ?? [];
  return options?.default ?? (Array.isArray(kind) ? kind[0] : undefined);
}

async function ask(node, widget, state) {
  if (!node.graph || isAbsent) return;
  if (!isShown()) {
    state.asked = undefined;
    return show(node, widget);
  }
  await load();
  const asked = question(node.comfyClass, inputsOf(node), language());
  if (asked !== state.asked) {
    const answer = await fetched(asked);
    if (!node.graph) return;
    state.advice = answer;
    state.asked = answer ? asked : undefined;
  }
  show(node, widget, state.advice);
}

async function fetched(asked) {
  try {
    const answer = await api.fetchApi(asked);
    if (answer.status === 404) isAbsent = !answer.headers.get("content-type")?.includes("json");
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined; // The server is away: nothing is shown, nothing is restricted.
  }
}

function attach(node) {
  const widget = addArea(node);
  const state = {};
  const poke = paced(() => ask(node, widget, state));
  const anew = () => {
    state.asked = undefined;
    poke();
  };
  for (const other of node.widgets) {
    if (other !== widget) chain(other, "callback", poke);
  }
  chain(node, "onConnectionsChange", poke);
  chain(node, "onConfigure", poke);
  chain(node, "onAdded", () => {
    asking.set(node, anew);
    poke();
  });
  chain(node, "onRemoved", () => asking.delete(node));
  asking.set(node, anew);
  if (!isShown()) show(node, widget);
  poke();
}

function askAll() {
  for (const anew of asking.values()) anew();
}

app.registerExtension({
  name: "kling.advice",
  settings: [
    {
      id: SHOW,
      category: ["Kling", "KlingAdvice", "Show"],
      name: "Show cost and limits on Kling nodes",
      tooltip: "What a node would cost, what is wrong, and menus with what the model can do, while you edit. Sends nothing to Kling.",
      type: "boolean",
      defaultValue: true,
      // The change comes before the setting has its new value.
      onChange: (value, before) => before !== undefined && setTimeout(askAll, 0),
    },
  ],
  setup() {
    app.ui.settings.addEventListener("Comfy.Locale.change", () => setTimeout(askAll, 0));
    // A profile may have been chosen, or the server restarted.
    api.addEventListener("reconnected", askAll);
    window.addEventListener("kling-profiles", askAll);
  },
  nodeCreated(node) {
    if (ordersSomething(node) && typeof node.addDOMWidget === "function") attach(node);
  },
  refreshComboInNodes() {
    askAll();
  },
});
