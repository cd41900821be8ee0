// What a Kling node has made is played on it. The front end has the players; it is told here what only a few nodes of its
// own tell it by their names: that a result is a clip (Nodes 2.0), that there is a sound, and what a node showed before.
// What core shows of a run stays out of files and prompts.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { mediaOf, shownBefore, soundOf } from "./result_kinds.js";

// Core looks for a widget of this name on each node whose output holds a sound.
const PLAYER = "audioUI";
const PLAYER_HEIGHT = 54;
const SOUND_NODES = ["KlingTextToSpeech", "KlingTextToAudio", "KlingVoice", "KlingCollect"];
// By the names that the front end gives them.
const PREVIEWS = { video: "$$canvas-image-preview", image: "video-preview" };
const PROGRESS = "$$node-text-preview";
const HISTORY = 16;

const cached = new Map();

app.registerExtension({
  name: "kling.resultPlayers",
  setup() {
    api.addEventListener("execution_cached", ({ detail }) => cached.set(detail.prompt_id, detail.nodes));
    api.addEventListener("execution_success", ({ detail }) => showAgain(detail.prompt_id));
    for (const end of ["execution_error", "execution_interrupted"])
      api.addEventListener(end, ({ detail }) => cached.delete(detail.prompt_id));
  },
  nodeCreated(node) {
    if (isOurs(node) || node.subgraph) keepProgressOutOfFile(node);
    if (!isOurs(node)) return;
    keepPlayerOutOfPrompt(node);
    if (SOUND_NODES.includes(node.comfyClass)) addSoundPlayer(node);
    const before = node.onExecuted;
    node.onExecuted = function (output) {
      before?.apply(this, arguments);
      show(this, output);
    };
  },
  // A workflow's tab was opened again, or a run was chosen in the queue.
  onNodeOutputsUpdated(outputs) {
    for (const [id, output] of Object.entries(outputs)) {
      const node = app.graph?.getNodeById(id);
      if (isOurs(node)) show(node, output);
    }
  },
});

function isOurs(node) {
  return Boolean(node?.comfyClass?.startsWith("Kling"));
}

// A subgraph shows what the nodes in it say.
function holdsOurs(node) {
  return isOurs(node) || Boolean(node.subgraph?.nodes?.some(holdsOurs));
}

function show(node, output) {
  const media = mediaOf(output);
  if (media) {
    removePreview(node, PREVIEWS[media]);
    node.previewMediaType = media;
  }
  const address = soundOf(output);
  const player = node.widgets?.find((widget) => widget.name === PLAYER);
  if (!player) return;
  player.element.style.display = address ? "" : "none";
  if (address) player.element.src = api.apiURL(address);
  else player.element.removeAttribute("src");
  node.setSize([node.size[0], Math.max(node.size[1], node.computeSize()[1])]);
}

// Core's player would be sent as an input from the second run on: the node and all behind it would be run again.
function keepPlayerOutOfPrompt(node) {
  const add = node.addDOMWidget;
  node.addDOMWidget = function (name, type, element, options) {
    return add.call(this, name, type, element, name === PREVIEWS.image ? { ...options, serialize: false } : options);
  };
}

// Core's progress text would be saved with the workflow, and with it the id of a task, which is nobody else's business.
function keepProgressOutOfFile(node) {
  const add = node.addCustomWidget;
  node.addCustomWidget = function (widget) {
    if (widget?.name === PROGRESS && holdsOurs(this)) widget.serialize = false;
    return add.call(this, widget);
  };
}

// Of the job before, which was one of another kind (Kling Collect).
function removePreview(node, name) {
  const widget = node.widgets?.find((one) => one.name === name);
  if (!widget) return;
  widget.onRemove?.();
  node.widgets.splice(node.widgets.indexOf(widget), 1);
  if (name === PREVIEWS.video) node.imgs = undefined;
  else node.videoContainer = undefined;
}

function addSoundPlayer(node) {
  const element = document.createElement("audio");
  element.controls = true;
  element.preload = "metadata";
  element.style.display = "none";
  element.style.width = "100%";
  element.style.height = "40px";
  const height = () => (element.style.display ? 0 : PLAYER_HEIGHT);
  const widget = node.addDOMWidget(PLAYER, "kling-sound", element, {
    serialize: false,
    hideOnZoom: false,
    margin: 6,
    getMinHeight: height,
    getMaxHeight: height,
  });
  widget.serialize = false;
}

// The server says of a node that need not run again only that it need not: after a reload nothing would be seen on it.
async function showAgain(promptId) {
  const nodes = cached.get(promptId) ?? [];
  cached.delete(promptId);
  const ids = nodes.filter((id) => isOurs(app.graph?.getNodeById(id)) && !app.nodeOutputs?.[id]);
  if (!ids.length) return;
  const answer = await api.fetchApi(`/history?max_items=${HISTORY}`);
  if (!answer.ok) return;
  const history = await answer.json();
  if (history[promptId]?.prompt?.[3]?.extra_pnginfo?.workflow?.id !== app.graph?.id) return; // another tab by now
  const tracker = app.extensionManager?.workflow?.activeWorkflow?.changeTracker;
  for (const [id, output] of Object.entries(shownBefore(history, promptId, ids))) {
    api.dispatchCustomEvent("executed", { node: id, display_node: id, output, prompt_id: promptId });
    if (tracker) (tracker.nodeOutputs ??= {})[id] = output; // what the tab shows when it is opened again
  }
}
