import assert from "node:assert/strict";
import { test } from "node:test";

import { besideAll, freeSpot } from "../../nodes/web/free_spot.js";

const VIEW = [0, 0, 1200, 1000];
const SIZE = [300, 200];

const overlap = ([x, y], [left, top, width, height]) =>
  x < left + width && left < x + SIZE[0] && y < top + height && top < y + SIZE[1];

test("an empty view is filled in the middle", () => {
  assert.deepEqual(freeSpot(VIEW, SIZE, []), [450, 400]);
});

test("a new node is in view and on top of nothing", () => {
  const boxes = [[300, 250, 500, 300], [0, 0, 250, 1000]]; // prettier-ignore
  const spot = freeSpot(VIEW, SIZE, boxes);
  assert.ok(boxes.every((box) => !overlap(spot, box)));
  assert.ok(spot[0] >= 0 && spot[0] + SIZE[0] <= 1200 && spot[1] >= 0 && spot[1] + SIZE[1] <= 1000);
});

test("a node after the other finds room as long as there is some", () => {
  const boxes = [];
  for (let spot = freeSpot(VIEW, SIZE, boxes); spot; spot = freeSpot(VIEW, SIZE, boxes)) {
    assert.ok(boxes.every((box) => !overlap(spot, box)));
    boxes.push([...spot, ...SIZE]);
  }
  assert.ok(boxes.length >= 4);
});

test("a view that is full, or smaller than the node, has no spot", () => {
  assert.equal(freeSpot(VIEW, SIZE, [VIEW]), null);
  assert.equal(freeSpot([0, 0, 200, 100], SIZE, []), null);
});

test("without a spot in view the node goes right of all others", () => {
  assert.deepEqual(besideAll(VIEW, [[100, 0, 2000, 10], [0, 0, 50, 50]]), [2130, 30]); // prettier-ignore
  assert.deepEqual(besideAll(VIEW, []), [0, 30]);
});
