import assert from "node:assert/strict";
import { test } from "node:test";

import { changes, emptiness, pause } from "../../nodes/web/jobs_list.js";

const seen = { shown: true, visible: true, lively: false, failures: 0 };

function applied(shown, { gone, moves }) {
  const list = shown.filter((key) => !gone.includes(key));
  for (const { key, before } of moves) {
    if (list.includes(key)) list.splice(list.indexOf(key), 1);
    list.splice(before === null ? list.length : list.indexOf(before), 0, key);
  }
  return list;
}

test("a list that is not seen is not asked for", () => {
  assert.equal(pause({ ...seen, shown: false, lively: true }), null);
  assert.equal(pause({ ...seen, visible: false, lively: true }), null);
});

test("it is asked for often while a job is open or may come, and seldom otherwise", () => {
  assert.equal(pause({ ...seen, lively: true }), 2500);
  assert.equal(pause(seen), 15000);
});

test("a server that is away is asked less and less, and not less than twice a minute", () => {
  const pauses = [1, 2, 3, 10].map((failures) => pause({ ...seen, failures }));
  assert.deepEqual(pauses, [2500, 5000, 10000, 30000]);
});

test("nothing is touched where nothing has changed", () => {
  assert.deepEqual(changes(["b", "a"], ["b", "a"]), { gone: [], moves: [] });
});

test("a new job comes in front and the others stay where they are", () => {
  assert.deepEqual(changes(["b", "a"], ["c", "b", "a"]), { gone: [], moves: [{ key: "c", before: "b" }] });
});

test("a job that falls out of the filter goes and the others stay where they are", () => {
  assert.deepEqual(changes(["c", "b", "a"], ["c", "a"]), { gone: ["b"], moves: [] });
});

test("any two lists are brought together", () => {
  const lists = [[], ["a"], ["a", "b"], ["b", "a"], ["c", "a", "b"], ["b", "d", "c"], ["d", "c", "b", "a"]];
  for (const shown of lists) for (const wanted of lists) assert.deepEqual(applied(shown, changes(shown, wanted)), wanted);
});

test("an empty list says why it is empty", () => {
  assert.equal(emptiness([], "all"), "tab.empty.all");
  assert.equal(emptiness([], "open"), "tab.empty.open");
  assert.equal(emptiness([{}], "all"), null);
});
