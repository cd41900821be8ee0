// ComfyUI lists a node's own refusal once for each input that was looked at. Pure: the answer to a prompt with each
// sentence of a Kling node once.

const OF_A_NODE = "custom_validation_failed";

// The same answer, or a copy with fewer errors. What does not look like one stays as it is.
export function once(response) {
  const nodes = response?.node_errors;
  if (!nodes || typeof nodes !== "object" || Array.isArray(nodes)) return response;
  const sentences = new Set();
  const tidied = Object.entries(nodes).map(([id, node]) => [id, isOurs(node) ? ofNode(node, sentences) : node]);
  const answer = { ...response, node_errors: Object.fromEntries(tidied) };
  if (typeof answer.error?.details === "string") {
    answer.error = { ...answer.error, details: withoutRepeats(answer.error.details, sentences) };
  }
  return answer;
}

function isOurs(node) {
  return typeof node?.class_type === "string" && node.class_type.startsWith("Kling") && Array.isArray(node.errors);
}

function ofNode(node, sentences) {
  const kept = new Map();
  const errors = [];
  for (const error of node.errors) {
    const said = sentenceOf(error);
    if (!said) {
      errors.push(error);
      continue;
    }
    sentences.add(said);
    const before = kept.get(said);
    if (before === undefined) {
      kept.set(said, errors.length);
      errors.push({ ...error, details: said });
    } else if (!names(errors[before], said) && names(error, said)) errors[before] = { ...error, details: said };
  }
  return { ...node, errors };
}

// The refusal without the input's name before it; "" for another sort of error.
function sentenceOf(error) {
  const name = error?.extra_info?.input_name;
  if (error?.type !== OF_A_NODE || typeof error.details !== "string" || !error.details.startsWith(`${name} - `)) return "";
  return error.details.slice(`${name} - `.length);
}

// Whether the sentence names the input: that one is marked.
function names(error, said) {
  return said.split(/[^\w]+/).includes(error.extra_info?.input_name);
}

function withoutRepeats(details, sentences) {
  let text = details;
  for (const said of sentences) {
    const repeated = new RegExp(`^(.*?: )\\w+ - ${escaped(said)}$`, "gm");
    let first = true;
    text = text.replace(repeated, (whole, before) => {
      const kept = first ? `${before}${said}` : "\u0000";
      first = false;
      return kept;
    });
  }
  return text.replaceAll(/\u0000\n?/g, "").trimEnd();
}

function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
