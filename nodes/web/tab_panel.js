// The tab's panel: profiles, filter, list. It asks the server while it is seen, and brings its rows up to date in place.
import { api } from "/scripts/api.js";
import { changes, emptiness, pause } from "./jobs_list.js";
import { addCollect } from "./tab_collect.js";
import { element, setText } from "./tab_elements.js";
import { Profiles } from "./tab_profiles.js";
import { read, send } from "./tab_requests.js";
import { JobRow } from "./tab_row.js";
import { styleSheet } from "./tab_style.js";
import { say } from "./words.js";

// A run that begins or ends is seen soon: "status" tells of every browser's. A job comes a while after its run begins.
const NUDGES = ["status", "execution_success", "execution_error", "execution_interrupted", "reconnected"];
const AT_ONCE = 400;
const LIVELY = 20000;

export class Panel {
  // isShown() and limit() are asked again each time; `filter`: "all" or "open".
  constructor(isShown, limit, filter) {
    Object.assign(this, { isShown, limit, filter, rows: new Map(), open: 0, failures: 0, nudged: 0, ended: false });
    this.profiles = new Profiles();
    this.notice = element("p", "kling-notice");
    this.notice.setAttribute("role", "status");
    this.notice.hidden = true;
    this.list = element("ul", "kling-jobs");
    this.list.setAttribute("aria-label", say("tab.list"));
    this.empty = element("p", "kling-empty");
    this.empty.hidden = true;
    this.element = element("section", "kling-tab");
    this.element.setAttribute("aria-label", say("tab.title"));
    this.element.append(styleSheet(), this.head(), this.profiles.element, this.notice, this.list, this.empty);
    this.nudge = () => {
      this.nudged = Date.now();
      this.askIn(AT_ONCE);
    };
    NUDGES.forEach((name) => api.addEventListener(name, this.nudge));
    document.addEventListener("visibilitychange", this.nudge);
  }

  start() {
    this.profiles.load();
    this.ask();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    NUDGES.forEach((name) => api.removeEventListener(name, this.nudge));
    document.removeEventListener("visibilitychange", this.nudge);
    this.element.remove();
  }

  head() {
    const head = element("header", "kling-title");
    this.count = element("span", "kling-count");
    this.filters = ["all", "open"].map((name) => {
      const made = element("button", "kling-button", say(`tab.filter.${name}`));
      made.type = "button";
      made.title = say(`tab.filter.${name}_title`);
      made.addEventListener("click", () => this.choose(name));
      return made;
    });
    const group = element("div", "kling-filters");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", say("tab.filter.title"));
    group.append(...this.filters);
    head.append(element("h2", "", say("tab.title")), this.count, group);
    this.markFilter();
    return head;
  }

  choose(filter) {
    this.filter = filter;
    this.markFilter();
    this.askIn(0);
  }

  markFilter() {
    ["all", "open"].forEach((name, i) => this.filters[i].setAttribute("aria-pressed", String(name === this.filter)));
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      const told = await read("/kling/jobs", { limit: this.limit(), state: this.filter });
      // Another browser, the command line or an editor may have chosen another one.
      if (this.failures || (told.default && told.default !== this.profiles.name)) this.profiles.load();
      this.failures = 0;
      if (!this.ended) this.show(told);
    } catch (error) {
      this.failures += 1;
      setText(this.notice, error.message);
    } finally {
      this.asking = false;
      this.plan();
    }
  }

  plan() {
    const { open, failures } = this;
    const lively = Date.now() - this.nudged < LIVELY;
    const seen = { shown: this.isShown(this), visible: !document.hidden };
    const wait = this.ended ? null : pause({ ...seen, lively: lively || open > 0, failures });
    if (wait === null) return;
    this.askIn(this.again ? 0 : wait);
    this.again = false;
  }

  askIn(milliseconds) {
    clearTimeout(this.timer);
    if (this.ended || document.hidden) return;
    this.timer = setTimeout(() => this.isShown(this) && this.ask(), milliseconds);
  }

  show({ now, open, jobs }) {
    this.open = open;
    setText(this.notice, "");
    setText(this.count, open ? say("tab.open_count", { n: open }) : "");
    const wanted = jobs.map((job) => job.key);
    const { gone, moves } = changes([...this.list.children].map((row) => row.dataset.key), wanted);
    gone.forEach((key) => this.drop(key));
    jobs.forEach((job) => this.rowOf(job).update(job, now));
    for (const { key, before } of moves) {
      this.list.insertBefore(this.rows.get(key).element, this.rows.get(before)?.element ?? null);
    }
    const nothing = emptiness(jobs, this.filter);
    setText(this.empty, nothing ? say(nothing) : "");
  }

  rowOf(job) {
    if (!this.rows.has(job.key)) this.rows.set(job.key, new JobRow(job, this.actions()));
    return this.rows.get(job.key);
  }

  drop(key) {
    this.rows.get(key)?.element.remove();
    this.rows.delete(key);
  }

  actions() {
    return {
      collect: (job) => {
        if (!addCollect(job, this.element)) throw new Error(say("tab.no_collect"));
      },
      fetch: async (job) => {
        await send(`/kling/jobs/${encodeURIComponent(job.key)}/fetch`);
        this.askIn(AT_ONCE);
      },
    };
  }
}
