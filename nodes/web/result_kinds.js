// What a node's output holds, and which earlier output is still the one of a node that was not run again. No side effects.

const CLIP = /\.(mp4|webm)$/i;

// "video", "image", or "" where there is nothing to see.
export function mediaOf(output) {
  const files = output?.images ?? [];
  if (!files.length) return "";
  return files.some((file) => CLIP.test(file.filename ?? "")) ? "video" : "image";
}

// The address of the first sound below /api, or "".
export function soundOf(output) {
  const sound = output?.audio?.[0];
  if (!sound?.filename) return "";
  return `/view?${new URLSearchParams({ filename: sound.filename, subfolder: sound.subfolder ?? "", type: sound.type ?? "" })}`;
}

// {node id: output} of those of `ids` that an earlier prompt of `history` (GET /history) has shown, made from the very
// same inputs as in the prompt `promptId`; of several the newest.
export function shownBefore(history, promptId, ids) {
  const prompt = history[promptId]?.prompt?.[2] ?? {};
  const entries = Object.values(history).sort((one, other) => other.prompt[0] - one.prompt[0]);
  const found = {};
  for (const id of ids) {
    const entry = entries.find(({ prompt: [, , before], outputs }) => outputs?.[id] && isMadeAlike(prompt, before, id));
    if (entry) found[id] = entry.outputs[id];
  }
  return found;
}

// Node and all that it is made from; a link is [node id, slot].
function isMadeAlike(one, other, id, known = new Map()) {
  if (!known.has(id)) known.set(id, looksAlike(one, other, id, known));
  return known.get(id);
}

function looksAlike(one, other, id, known) {
  if (!one[id] || !other[id]) return one[id] === other[id];
  if (JSON.stringify(one[id].inputs) !== JSON.stringify(other[id].inputs)) return false;
  if (one[id].class_type !== other[id].class_type) return false;
  const links = Object.values(one[id].inputs).filter((value) => Array.isArray(value) && value.length === 2);
  return links.every(([source]) => isMadeAlike(one, other, source, known));
}
