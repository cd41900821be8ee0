// The tab's looks, in ComfyUI's own colours, dark and light. Every class begins with "kling-".

const CSS = `
.kling-tab { container-type: inline-size; box-sizing: border-box; min-width: 0; padding: 0 10px 16px; font-size: 13px; line-height: 1.4;
  color: var(--fg-color, #fff); }
.kling-tab [hidden] { display: none !important; }
.kling-tab h2 { margin: 0; font-size: 15px; font-weight: 600; }
.kling-tab p { margin: 8px 0; }
.kling-title { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; padding: 10px 0;
  background: var(--comfy-menu-bg, #353535); }
.kling-count { color: var(--descrip-text, #999); }
.kling-filters { display: flex; gap: 4px; margin-left: auto; }
.kling-button { display: inline-flex; gap: 5px; align-items: center; padding: 3px 6px; border: 1px solid var(--border-color, #4e4e4e);
  border-radius: 5px; background: var(--comfy-input-bg, #222); color: var(--input-text, #ddd); font: inherit; font-size: 12px;
  text-decoration: none; cursor: pointer; }
.kling-button i { font-size: 11px; }
.kling-button:hover { border-color: var(--fg-color, #fff); }
.kling-button[aria-pressed="true"] { border-color: var(--p-primary-color, #4aa3ff); box-shadow: inset 0 0 0 1px var(--p-primary-color, #4aa3ff); }
.kling-tab :focus-visible { outline: 2px solid var(--p-primary-color, #4aa3ff); outline-offset: 1px; }
.kling-profiles { padding: 6px 8px; border: 1px solid var(--border-color, #4e4e4e); border-radius: 6px; }
.kling-profiles summary { cursor: pointer; overflow-wrap: anywhere; }
.kling-unusable > summary { color: var(--error-text, #f44); }
.kling-profiles > .kling-button { margin-top: 4px; }
.kling-choice { display: flex; gap: 8px; align-items: flex-start; padding: 4px 0; cursor: pointer; }
.kling-choice input { flex: none; margin: 3px 0 0; accent-color: var(--p-primary-color, #4aa3ff); }
.kling-choice span { display: block; }
.kling-note, .kling-facts, .kling-age { color: var(--descrip-text, #999); }
.kling-note { font-size: 12px; overflow-wrap: anywhere; }
.kling-report { margin: 8px 0 0; padding: 8px; max-height: 320px; overflow: auto; border-radius: 5px; background: var(--comfy-input-bg, #222);
  color: var(--input-text, #ddd); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.kling-notice { padding: 8px; border: 1px solid var(--error-text, #f44); border-radius: 6px; white-space: pre-line; overflow-wrap: anywhere; }
.kling-empty { padding: 16px 4px; white-space: pre-line; color: var(--descrip-text, #999); }
.kling-jobs { margin: 8px 0 0; padding: 0; list-style: none; }
.kling-job { display: flex; gap: 10px; padding: 10px 0; border-top: 1px solid var(--border-color, #4e4e4e); }
.kling-job:first-child { border-top: 0; }
.kling-thumbnail { flex: none; display: flex; align-items: center; justify-content: center; width: 72px; height: 72px; border-radius: 5px;
  overflow: hidden; background: var(--comfy-input-bg, #222); color: var(--descrip-text, #999); }
.kling-thumbnail i { font-size: 20px; }
.kling-thumbnail a { display: flex; align-items: center; justify-content: center; width: 100%; height: 100%; color: inherit; }
.kling-thumbnail img { display: block; width: 100%; height: 100%; object-fit: cover; }
.kling-column { flex: 1; min-width: 0; }
.kling-head { display: flex; flex-wrap: wrap; gap: 0 8px; justify-content: space-between; }
.kling-state { font-weight: 600; }
.kling-state::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%;
  background: var(--descrip-text, #999); }
[data-state="collected"] .kling-state::before { background: #3fa45b; }
:is([data-state="running"], [data-state="sending"], [data-state="starting"], [data-state="asking"]) .kling-state::before {
  background: var(--p-primary-color, #4aa3ff); animation: kling-pulse 1.6s ease-in-out infinite; }
:is([data-state="unknown"], [data-state="waiting"]) .kling-state::before { background: #d9931e; }
:is([data-state="failed"], [data-state="refused"]) .kling-state::before { background: var(--error-text, #f44); }
@keyframes kling-pulse { 50% { opacity: 0.3; } }
@media (prefers-reduced-motion: reduce) { .kling-state::before { animation: none !important; } }
.kling-made, .kling-facts { overflow-wrap: anywhere; }
.kling-facts { font-size: 12px; }
.kling-reason, .kling-hint { font-size: 12px; white-space: pre-line; overflow-wrap: anywhere; }
.kling-job .kling-reason { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.kling-job .kling-hint { color: var(--descrip-text, #999); }
.kling-progress { display: block; width: 100%; height: 4px; margin: 5px 0; appearance: none; border: 0; border-radius: 2px; overflow: hidden;
  background: var(--border-color, #4e4e4e); }
.kling-progress::-webkit-progress-bar { background: var(--border-color, #4e4e4e); }
.kling-progress::-webkit-progress-value { background: var(--p-primary-color, #4aa3ff); transition: width 1s linear; }
.kling-progress::-moz-progress-bar { background: var(--p-primary-color, #4aa3ff); }
.kling-progress:indeterminate { opacity: 0.6; }
.kling-progress:indeterminate::-moz-progress-bar { background: transparent; }
.kling-buttons { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 6px; }
.kling-told { margin-top: 4px; font-size: 12px; font-style: italic; overflow-wrap: anywhere; }
.kling-off-screen { position: fixed; left: -9999px; }
@container (max-width: 300px) {
  .kling-thumbnail { width: 48px; height: 48px; }
}
`;

export function styleSheet() {
  const made = document.createElement("style");
  made.textContent = CSS;
  return made;
}
