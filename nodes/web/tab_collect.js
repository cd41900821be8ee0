// Puts a Kling Collect node for a job into the graph that is open: in view, on top of nothing, undone by one undo.
import { app } from "/scripts/app.js";
import { besideAll, freeSpot } from "./free_spot.js";

const TITLE = 30;

// The node; null where the server does not have Kling Collect.
export function addCollect(job, panel) {
  const canvas = app.canvas;
  const graph = canvas.graph ?? app.graph;
  const title = LiteGraph.registered_node_types.KlingCollect?.nodeData?.display_name;
  const node = LiteGraph.createNode("KlingCollect", title);
  if (!node) return null;
  // Before it is in the graph: the Vue nodes read a widget when its node comes in.
  const key = node.widgets?.find((widget) => widget.name === "key");
  if (key) key.value = job.key;
  canvas.emitBeforeChange?.();
  const view = inView(canvas, panel);
  const boxes = (graph.nodes ?? []).map((other) => [other.pos[0], other.pos[1] - TITLE, other.size[0], other.size[1] + TITLE]);
  const size = [node.size[0], node.size[1] + TITLE];
  const spot = freeSpot(view, size, boxes);
  const [x, y] = spot ?? besideAll(view, boxes);
  node.pos = [x, y + TITLE];
  graph.add(node);
  canvas.deselectAll?.();
  canvas.select?.(node);
  if (!spot) canvas.centerOnNode?.(node);
  canvas.setDirty(true, true);
  canvas.emitAfterChange?.();
  return node;
}

// The part of the graph that is seen, without what the sidebar covers.
function inView(canvas, panel) {
  const whole = canvas.canvas.getBoundingClientRect();
  const side = panel.getBoundingClientRect();
  let { left, right } = whole;
  if (side.width && side.left < (whole.left + whole.right) / 2) left = Math.max(left, side.right);
  else if (side.width) right = Math.min(right, side.left);
  const { scale, offset } = canvas.ds;
  const margin = 60; // the bars above and below the canvas
  return [
    (left - whole.left) / scale - offset[0],
    margin / scale - offset[1],
    (right - left) / scale,
    (whole.height - 2 * margin) / scale,
  ];
}
