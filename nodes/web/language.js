// Tells the server which language this browser reads: errors, progress and reports of its prompts then come in it.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { language } from "./words.js";
import { languageOf } from "./word_choice.js";

async function tell(now = language()) {
  if (!api.clientId) return;
  try {
    await api.fetchApi("/kling/language", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ client_id: api.clientId, language: now }),
    });
  } catch {
    // The server is away. It is told again when it is back.
  }
}

app.registerExtension({
  name: "kling.language",
  setup() {
    tell();
    let told = api.clientId;
    // A server that was restarted has forgotten; the first "status" of a connection brings the browser's id.
    api.addEventListener("reconnected", () => tell());
    api.addEventListener("status", () => {
      if (api.clientId === told) return;
      told = api.clientId;
      tell();
    });
    // The event comes before the setting has its new value.
    app.ui.settings.addEventListener("Comfy.Locale.change", (event) => tell(languageOf(event.detail.value)));
  },
});
