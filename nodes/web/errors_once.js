// A Kling node's refusal is shown once and in our three lines, under the node's title. The lines are the node's own.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { dialogText, inOurWords } from "./error_list.js";
import { load, say } from "./words.js";

const words = { say, title, label };

// Nodes inside of subgraphs have ids such as "5:3".
function nodeOf(id) {
  let graph = app.rootGraph ?? app.graph;
  let node;
  for (const part of String(id).split(":")) {
    node = graph?.getNodeById?.(part) ?? graph?.getNodeById?.(Number(part));
    graph = node?.subgraph;
  }
  return node;
}

function title(id, type) {
  return nodeOf(id)?.title || type;
}

function label(id, name) {
  const node = nodeOf(id);
  const input = node?.inputs?.find((one) => one.name === name);
  const widget = node?.widgets?.find((one) => one.name === name);
  return input?.label ?? input?.localized_name ?? widget?.label ?? name;
}

function tidied(response) {
  try {
    return inOurWords(response, words);
  } catch (error) {
    console.warn("Kling: the errors could not be tidied.", error);
    return response;
  }
}

// The dialog shows the error as a string: a heading of ComfyUI's own and one run-on line for each input.
function speakFor(error) {
  const answer = error.response;
  const print = (response) => Object.getPrototypeOf(error).toString.call({ ...error, response });
  try {
    const text = dialogText(answer, words, print);
    if (text) Object.defineProperty(error, "toString", { value: () => text, configurable: true });
  } catch (trouble) {
    console.warn("Kling: the errors could not be told.", trouble);
  }
  error.response = tidied(answer);
}

app.registerExtension({
  name: "kling.errorsOnce",
  setup() {
    load();
    const before = api.queuePrompt;
    if (typeof before !== "function") return;
    api.queuePrompt = async function (...values) {
      try {
        return tidied(await before.apply(this, values));
      } catch (error) {
        if (error?.response) {
          await load();
          speakFor(error);
        }
        throw error;
      }
    };
  },
});
