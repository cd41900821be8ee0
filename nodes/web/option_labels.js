// The words for the values of a menu, where locales/<language>/nodeDefs.json has some: voices by name, for instance. The
// value stays the API's. The front end itself translates inputs, but no values.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { table } from "./words.js";

let tables;

function load() {
  tables ??= api
    .fetchApi("/i18n")
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}));
  return tables;
}

function label(widget, words) {
  const said = (value) => (Object.hasOwn(words, value) ? words[value] : String(value ?? ""));
  widget.options.getOptionLabel = said; // on the canvas
  widget.options.optionLabel = said; // in Nodes 2.0
}

// On the canvas a text of several lines has no label: its placeholder is the input's name, in English.
function labelText(widget) {
  const box = widget.element;
  if (box?.placeholder && box.placeholder === widget.name && widget.label) box.placeholder = widget.label;
}

app.registerExtension({
  name: "kling.optionLabels",
  async init() {
    await load();
  },
  async nodeCreated(node) {
    if (!node.comfyClass?.startsWith("Kling")) return;
    const told = (await load())?.[table()]?.nodeDefs?.[node.comfyClass]?.inputs ?? {};
    for (const widget of node.widgets ?? []) {
      labelText(widget);
      const words = told[widget.name]?.options;
      if (words && widget.type === "combo") label(widget, words);
    }
    node.setDirtyCanvas?.(true, true);
  },
});
