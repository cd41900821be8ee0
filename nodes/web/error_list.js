// What ComfyUI answers to a prompt that a Kling node refuses, in our words: three lines, each refusal once. Pure.
// Of `words`, say(key, values) is our own text, title(id, type) a node's and label(id, input) an input's, as they are seen.

const OF_A_NODE = "custom_validation_failed";

// The same answer, or a copy in our words. What does not look like one, and what is another pack's, stays as it is.
export function inOurWords(response, words) {
  if (!hasNodes(response)) return response;
  const nodes = Object.entries(response.node_errors).map(([id, node]) => [id, isOurs(node) ? ofNode(id, node, words) : node]);
  const answer = { ...response, node_errors: Object.fromEntries(nodes) };
  if (typeof answer.error?.details === "string") answer.error = { ...answer.error, details: othersOf(response) };
  return answer;
}

// The text of the dialog, or "" where no Kling node refuses. `print` prints an answer in the front end's own way.
export function dialogText(response, words, print) {
  if (!hasNodes(response)) return "";
  const every = Object.entries(response.node_errors);
  const ours = every.filter(([, node]) => isOurs(node));
  if (!ours.length) return "";
  const blocks = ours.map(([id, node]) => [words.title(id, node.class_type), ...ofNode(id, node, words).errors.map(text)].join("\n"));
  const others = every.filter(([, node]) => !isOurs(node));
  if (others.length) {
    const error = typeof response.error === "object" ? { ...response.error, details: othersOf(response) } : response.error;
    blocks.push(print({ ...response, error, node_errors: Object.fromEntries(others) }));
  }
  return blocks.join("\n\n");
}

function hasNodes(response) {
  const nodes = response?.node_errors;
  return Boolean(nodes) && typeof nodes === "object" && !Array.isArray(nodes);
}

function isOurs(node) {
  return typeof node?.class_type === "string" && node.class_type.startsWith("Kling") && Array.isArray(node.errors);
}

// ComfyUI lists a node's own refusal once for each input that was looked at; the one that it names is kept.
function ofNode(id, node, words) {
  const kept = new Map();
  for (const error of node.errors) {
    const [message, ...details] = linesOf(id, error, words) ?? [error?.message, error?.details];
    const said = { ...error, message, details: details.join("\n") };
    const before = kept.get(text(said));
    if (!before || (!names(id, before, words) && names(id, said, words))) kept.set(text(said), said);
  }
  return { ...node, errors: [...kept.values()] };
}

function text(error) {
  return [error.message, error.details].filter(Boolean).join("\n");
}

function linesOf(id, error, words) {
  const info = error?.extra_info ?? {};
  const name = info.input_name;
  if (error?.type === OF_A_NODE) return refusal(error, name);
  const input = words.label(id, name);
  const [sort, limits] = info.input_config ?? [];
  const value = info.received_value;
  const found = {
    required_input_missing: () => [words.say("errors.missing", { input }), words.say("errors.connect")],
    value_smaller_than_min: () => [words.say("errors.value", { input, value }), words.say("errors.least", { limit: limits?.min })],
    value_bigger_than_max: () => [words.say("errors.value", { input, value }), words.say("errors.most", { limit: limits?.max })],
    value_not_in_list: () => [words.say("errors.unlisted", { input, value }), words.say("errors.choose")],
    return_type_mismatch: () => [
      words.say("errors.other_sort", { input, sort, received: info.received_type }),
      words.say("errors.reconnect"),
    ],
  }[name && error?.type];
  return found && [...found(), words.say("errors.uncharged")];
}

// The node's own lines, without the input's name before them.
function refusal(error, name) {
  if (typeof error.details !== "string" || !error.details.startsWith(`${name} - `)) return undefined;
  return error.details.slice(`${name} - `.length).split("\n");
}

function names(id, error, words) {
  const name = error.extra_info?.input_name;
  const said = text(error);
  return said.split(/[^\w]+/).includes(name) || said.includes(`「${words.label(id, name)}」`);
}

// The details of the answer as a whole without what Kling nodes say there.
function othersOf(response) {
  let left = `\n${response.error.details}\n`;
  for (const node of Object.values(response.node_errors).filter(isOurs)) {
    for (const error of node.errors) left = left.replaceAll(`\n${error?.message}: ${error?.details}\n`, "\n");
  }
  return left.trim();
}
