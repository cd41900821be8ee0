// The tab's head: which profile pays, the others to choose from, and what the account has left. Keys are not here:
// they can be neither read nor set over HTTP.
import { app } from "/scripts/app.js";
import { button, element, setText } from "./tab_elements.js";
import { read, send } from "./tab_requests.js";
import { say } from "./words.js";

export class Profiles {
  constructor() {
    this.element = element("details", "kling-profiles");
    this.summary = element("summary");
    this.fixed = element("p", "kling-note");
    this.list = element("div", "kling-choices");
    this.list.setAttribute("role", "radiogroup");
    this.list.setAttribute("aria-label", say("tab.profiles.choose"));
    this.list.addEventListener("keydown", (event) => this.pass(event));
    this.told = element("p", "kling-reason");
    this.told.setAttribute("role", "status");
    this.packs = button("tab.button.packs", "wallet", () => this.askAccount());
    this.report = element("pre", "kling-report");
    this.report.hidden = true;
    this.report.tabIndex = 0;
    const note = element("p", "kling-note", say("tab.profiles.keys"));
    this.element.append(this.summary, this.fixed, this.list, this.told, this.packs, this.report, note);
    setText(this.summary, say("tab.profiles.title"));
  }

  // Never throws: the list of jobs is worth seeing without it.
  async load() {
    try {
      this.show(await read("/kling/profiles"));
    } catch (error) {
      setText(this.told, error.message);
    }
  }

  show(told) {
    const chosen = told.profiles.find((profile) => profile.name === told.default);
    const usable = Boolean(chosen?.usable);
    setText(this.summary, say(usable ? "tab.profiles.is" : "tab.profiles.unusable", { name: told.default }));
    this.element.classList.toggle("kling-unusable", !usable);
    // Once: whoever closes it has seen it.
    if (!usable && this.name === undefined) this.element.open = true;
    if (this.name !== told.default) setText(this.report, "");
    this.name = told.default;
    setText(this.fixed, told.fixed_by ? say("tab.profiles.fixed", { variable: told.fixed_by }) : "");
    this.packs.hidden = !usable;
    this.list.replaceChildren(...told.profiles.map((profile) => this.choice(profile, told)));
    setText(this.told, "");
  }

  // A radio button that is only passed by must not be chosen: it decides who pays. Space chooses.
  pass(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const dots = [...this.list.querySelectorAll("input:not(:disabled)")];
    dots.at((dots.indexOf(event.target) + step) % dots.length)?.focus();
  }

  choice(profile, told) {
    const row = element("label", "kling-choice");
    const dot = element("input");
    dot.type = "radio";
    dot.name = "kling-profile";
    dot.value = profile.name;
    dot.checked = profile.name === told.default;
    dot.disabled = Boolean(told.fixed_by) || !profile.usable;
    dot.addEventListener("change", () => this.choose(profile.name));
    const words = element("span", "kling-column");
    words.append(element("span", "kling-made", profile.name));
    words.append(element("span", "kling-facts", this.facts(profile)));
    if (profile.problem) words.append(element("span", "kling-reason", profile.problem));
    row.append(dot, words);
    return row;
  }

  // A sandbox is on this machine; which provider it plays is told where that is not Kling itself.
  facts({ free, provider, dialect }) {
    const shown = free ? [say("tab.profiles.free"), dialect === "official" ? "" : dialect] : [provider, dialect];
    return shown.filter(Boolean).join(" · ");
  }

  async choose(name) {
    let refusal = "";
    // Waiting prompts and unfinished jobs of an empty profile are another account's orders from now on.
    const sure = !name.startsWith("sandbox") && app.extensionManager?.dialog?.confirm;
    const words = { from: this.name, to: name };
    if (sure && !(await sure({ title: say("tab.profiles.sure", words), message: say("tab.profiles.sure_why", words) }))) {
      return this.load();
    }
    try {
      await send("/kling/profiles/default", { name });
      // What a node with an empty profile would cost, and can do, is another now.
      window.dispatchEvent(new Event("kling-profiles"));
    } catch (error) {
      refusal = error.message;
    }
    await this.load();
    if (refusal) setText(this.told, refusal);
    this.list.querySelector("input:checked")?.focus();
  }

  async askAccount() {
    const { name } = this;
    setText(this.report, say("tab.profiles.asking"));
    let text;
    try {
      text = (await read("/kling/account", { profile: name })).report;
    } catch (error) {
      text = error.message;
    }
    if (name === this.name) setText(this.report, text || say("tab.profiles.no_report"));
  }
}
