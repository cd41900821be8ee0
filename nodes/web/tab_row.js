// One job's row: built once, then only brought up to date.
import { advice, age, buttons, made, money, progress, situation, symbol as symbolOf, units } from "./jobs_words.js";
import { button, copyText, describe, element, setText, symbol } from "./tab_elements.js";
import { addressOf } from "./tab_requests.js";
import { say } from "./words.js";

const TOLD = 4000;

// A word of a newer server, or of an operation that is not known here, is itself.
function word(table, name) {
  const found = say(`${table}.${name}`);
  return found === `${table}.${name}` ? name : found;
}

export class JobRow {
  // act: {collect(job), fetch(job)}, each may throw what the row then shows.
  constructor(job, act) {
    this.act = act;
    this.element = element("li", "kling-job");
    this.element.tabIndex = -1;
    this.element.dataset.key = job.key;
    this.thumbnail = element("div", "kling-thumbnail");
    this.state = element("span", "kling-state");
    this.age = element("span", "kling-age");
    this.made = element("div", "kling-made");
    this.facts = element("div", "kling-facts");
    this.progress = element("progress", "kling-progress");
    this.progress.max = 1;
    this.reason = element("div", "kling-reason");
    this.hint = element("div", "kling-hint");
    this.told = element("div", "kling-told");
    this.told.setAttribute("role", "status");
    this.element.append(this.thumbnail, this.column());
  }

  update(job, now) {
    this.job = job;
    this.updateWords(now);
    this.updatePicture();
    this.updateButtons();
  }

  column() {
    const head = element("div", "kling-head");
    head.append(this.state, this.age);
    const bar = element("div", "kling-buttons");
    this.buttons = {
      fetch: button("tab.button.fetch", "download", () => this.run("fetch")),
      collect: button("tab.button.collect", "plus-circle", () => this.run("collect")),
      open: this.opener(),
      copy: button("tab.button.copy", "copy", () => this.run("copy")),
    };
    bar.append(...Object.values(this.buttons));
    const column = element("div", "kling-column");
    column.append(head, this.made, this.progress, this.facts, this.reason, this.hint, bar, this.told);
    return column;
  }

  // A link, so that the browser's own menu can save it as well.
  opener() {
    const link = element("a", "kling-button");
    link.target = "_blank";
    link.rel = "noopener";
    link.append(symbol("external-link"), element("span", "", say("tab.button.open")));
    describe(link, say("tab.button.open_title"), say("tab.button.open"));
    return link;
  }

  updateWords(now) {
    const { job } = this;
    const where = situation(job);
    setText(this.state, word("tab.state", where));
    if (this.element.dataset.state !== where) this.element.dataset.state = where;
    setText(this.age, say(...age(now - job.created_at)));
    this.age.title = new Date(job.created_at * 1000).toLocaleString();
    const parts = made(job).map((part) => (Array.isArray(part) ? say(...part) : part));
    setText(this.made, [word("tab.operation", job.operation), ...parts].join(" · "));
    const bar = progress(job, now);
    this.progress.hidden = !bar;
    if (bar?.share == null) this.progress.removeAttribute("value");
    else this.progress.value = bar.share;
    describe(this.progress, bar ? say(...bar.words) : "");
    const cost = units(job);
    const facts = [bar && say(...bar.words), cost && say(cost[0], { ...cost[1], unit: cost[1].unit && word("tab.unit", cost[1].unit) }), job.profile];
    setText(this.facts, facts.filter(Boolean).join(" · "));
    setText(this.reason, job.error);
    this.reason.title = job.error;
    const hints = [money(job), advice(job)].filter(Boolean);
    setText(this.hint, hints.map((key) => say(key)).join("\n"));
  }

  updatePicture() {
    const wanted = symbolOf(this.job);
    if (this.shown === wanted) return;
    this.shown = wanted;
    this.thumbnail.replaceChildren(wanted === "thumbnail" ? this.picture() : symbol(wanted));
  }

  picture() {
    const link = element("a");
    link.href = addressOf(this.job, "files/0");
    link.target = "_blank";
    link.rel = "noopener";
    link.tabIndex = -1; // the button beside it does the same
    link.ariaHidden = "true";
    const image = element("img");
    image.alt = "";
    image.loading = "lazy";
    image.addEventListener("error", () => link.replaceChildren(symbol("image")));
    image.src = addressOf(this.job, "thumbnail");
    link.append(image);
    return link;
  }

  updateButtons() {
    const has = buttons(this.job);
    if (has.includes("open")) this.buttons.open.href = addressOf(this.job, "files/0");
    for (const [name, target] of Object.entries(this.buttons)) {
      const hidden = !has.includes(name);
      if (hidden && target === document.activeElement) this.element.focus();
      target.hidden = hidden;
    }
  }

  async run(name) {
    if (this.busy) return;
    this.busy = true;
    try {
      await (name === "copy" ? copyText(this.job.task_id) : this.act[name](this.job));
      this.tell(say(`tab.done.${name}`));
    } catch (error) {
      this.tell(error.message, true);
    } finally {
      this.busy = false;
    }
  }

  tell(text, stays = false) {
    clearTimeout(this.timer);
    setText(this.told, text);
    if (!stays) this.timer = setTimeout(() => setText(this.told, ""), TOLD);
  }
}
