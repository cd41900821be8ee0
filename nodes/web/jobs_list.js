// The list as a whole, pure: what changes between two answers, what a filter leaves, when to ask again.

const SOON = 2500;
const IDLE = 15000;
const MOST = 30000;

// Milliseconds until the next question; null: do not ask. `lively`: a job is open, or one may come any moment.
export function pause({ shown, visible, lively, failures }) {
  if (!shown || !visible) return null;
  if (failures) return Math.min(MOST, SOON * 2 ** (failures - 1));
  return lively ? SOON : IDLE;
}

// From the keys that are shown to those that shall be, touching as little as can be: {gone: [key], moves: [{key,
// before}]}, in order; `before` is the key that follows (null: at the end). A key that stays in order is not touched.
export function changes(shown, wanted) {
  const keep = new Set(wanted);
  const left = shown.filter((key) => keep.has(key));
  const gone = shown.filter((key) => !keep.has(key));
  const still = inOrder(left, wanted);
  const moves = [];
  for (let i = wanted.length - 1; i >= 0; i--) {
    if (!still.has(wanted[i])) moves.push({ key: wanted[i], before: wanted[i + 1] ?? null });
  }
  return { gone, moves };
}

// Those of `left` that follow one another as in `wanted`: the first that do, which are all of them but in odd cases.
function inOrder(left, wanted) {
  const place = new Map(wanted.map((key, i) => [key, i]));
  let last = -1;
  return new Set(left.filter((key) => (place.get(key) > last ? ((last = place.get(key)), true) : false)));
}

// What the list says where it has no row: a key below tab.empty; null while it has.
export function emptiness(jobs, filter) {
  if (jobs.length) return null;
  return filter === "open" ? "tab.empty.open" : "tab.empty.all";
}
