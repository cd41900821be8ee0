// Where a new node fits: pure arithmetic. A box is [x, y, width, height] in the graph's own units.

const GAP = 30;
const STEP = 30;

// The spot nearest to the middle of `view` where a node of `size` is wholly in view and touches no box; null: none.
export function freeSpot(view, size, boxes) {
  const [x, y, width, height] = view;
  const middle = [x + (width - size[0]) / 2, y + (height - size[1]) / 2];
  const spots = [];
  for (let left = x + GAP; left + size[0] + GAP <= x + width; left += STEP) {
    for (let top = y + GAP; top + size[1] + GAP <= y + height; top += STEP) spots.push([left, top]);
  }
  spots.sort((a, b) => distance(a, middle) - distance(b, middle));
  return [middle, ...spots].find((spot) => fits(spot, size, view) && isFree(spot, size, boxes)) ?? null;
}

// Right of all boxes, at the height of the view: out of view as like as not, but on top of nothing.
export function besideAll(view, boxes) {
  return [Math.max(view[0], ...boxes.map(([x, , width]) => x + width + GAP)), view[1] + GAP];
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function fits([left, top], [width, height], [x, y, viewWidth, viewHeight]) {
  return left >= x && top >= y && left + width <= x + viewWidth && top + height <= y + viewHeight;
}

function isFree([left, top], [width, height], boxes) {
  return boxes.every(
    ([x, y, w, h]) => left >= x + w + GAP || x >= left + width + GAP || top >= y + h + GAP || y >= top + height + GAP,
  );
}
