// Elements of the tab: made with text, never with markup.
import { say } from "./words.js";

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

// A button with words. `key`: "tab.button.copy" also has the longer "tab.button.copy_title".
export function button(key, icon, act) {
  const made = element("button", "kling-button");
  made.type = "button";
  made.append(symbol(icon), element("span", "", say(key)));
  describe(made, say(`${key}_title`), say(key));
  made.addEventListener("click", act);
  return made;
}

export function symbol(icon) {
  const made = element("i", `pi pi-${icon}`);
  made.ariaHidden = "true";
  return made;
}

// `seen`: the words that stand there; whoever says them to a screen reader must find it by them.
export function describe(target, text, seen = "") {
  target.title = text;
  target.setAttribute("aria-label", seen ? `${seen}: ${text}` : text);
}

// Leaves what is the same alone: no flicker, and a selection of text stays.
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
  target.hidden = text === "";
}

// The clipboard belongs to secure pages only; ComfyUI in a local network is none.
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = element("textarea", "kling-off-screen");
  const focused = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus?.();
  if (!done) throw new Error(say("tab.not_copied"));
}
