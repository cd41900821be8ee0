// The sidebar tab "Kling": the jobs of the ledger, each with what can be done with it. Registration and settings; the
// panel is tab_panel.js.
import { app } from "/scripts/app.js";
import { Panel } from "./tab_panel.js";
import { load, say } from "./words.js";

const ID = "kling-jobs";
const SHOW = "Kling.Tab.Show";
const JOBS = "Kling.Tab.Jobs";
const FEWEST = 10;
const MOST = 500;

let panel;
let filter = "all";

const tab = { id: ID, type: "custom", icon: "pi pi-video", title: "Kling", tooltip: "Kling", render, destroy: close };

function render(target) {
  // The front end calls this again for the same place whenever it draws anew.
  if (panel && !panel.ended && panel.element.parentElement === target && isShown(panel)) return;
  close();
  load().then(() => {
    close();
    panel = new Panel(isShown, () => limit(), filter);
    target.replaceChildren(panel.element);
    panel.start();
  });
}

function close() {
  if (panel) filter = panel.filter;
  panel?.end();
  panel = undefined;
}

// The front end does not always say that another tab has taken the place.
function isShown(which) {
  const active = app.extensionManager.sidebarTab?.activeSidebarTabId;
  return which.element.isConnected && (active === undefined || active === ID);
}

function limit() {
  const set = Number(app.extensionManager.setting.get(JOBS)) || 60;
  return Math.min(MOST, Math.max(FEWEST, Math.round(set)));
}

async function register(wanted) {
  await load();
  const known = app.extensionManager.getSidebarTabs().some((other) => other.id === ID);
  if (wanted && !known) app.extensionManager.registerSidebarTab(translated());
  if (!wanted && known) app.extensionManager.unregisterSidebarTab(ID);
}

function translated() {
  return Object.assign(tab, { title: say("tab.title"), tooltip: say("tab.tooltip") });
}

app.registerExtension({
  name: "kling.tab",
  settings: [
    {
      id: SHOW,
      category: ["Kling", "KlingTab", "Show"],
      name: "Show the Kling tab in the sidebar",
      tooltip: "Lists the jobs that were made on this machine, with their state, units and files.",
      type: "boolean",
      defaultValue: true,
      onChange: (value, before) => before !== undefined && register(value),
    },
    {
      id: JOBS,
      category: ["Kling", "KlingTab", "Jobs"],
      name: "Jobs in the Kling tab",
      tooltip: "How many of the newest jobs are listed, 10 to 500.",
      type: "number",
      defaultValue: 60,
      attrs: { min: FEWEST, max: MOST, step: 10 },
    },
  ],
  setup() {
    if (app.extensionManager.setting.get(SHOW)) register(true);
    // The event comes before the setting has its new value.
    app.ui.settings.addEventListener("Comfy.Locale.change", () => setTimeout(retranslate, 0));
  },
});

async function retranslate() {
  await load();
  const registered = app.extensionManager.getSidebarTabs().find((other) => other.id === ID);
  if (registered) Object.assign(registered, { title: say("tab.title"), tooltip: say("tab.tooltip") });
  const target = panel?.element.parentElement;
  if (!target) return;
  close();
  render(target);
}
