// A Kling node's refusal is shown once, not once for each of its inputs. The sentence itself is the node's own.
import { app } from "/scripts/app.js";
import { api } from "/scripts/api.js";
import { once } from "./error_list.js";

function tidied(response) {
  try {
    return once(response);
  } catch (error) {
    console.warn("Kling: the errors could not be tidied.", error);
    return response;
  }
}

app.registerExtension({
  name: "kling.errorsOnce",
  setup() {
    const before = api.queuePrompt;
    if (typeof before !== "function") return;
    api.queuePrompt = async function (...values) {
      try {
        return tidied(await before.apply(this, values));
      } catch (error) {
        if (error?.response) error.response = tidied(error.response);
        throw error;
      }
    };
  },
});
