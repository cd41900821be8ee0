// A new Kling node starts with its seed fixed: pressing Run again must not make, and pay, a new take by itself.
// A workflow that is loaded keeps what it says.
import { app } from "/scripts/app.js";

app.registerExtension({
  name: "kling.fixedSeed",
  nodeCreated(node) {
    if (!node.comfyClass?.startsWith("Kling")) return;
    const control = node.widgets?.find((widget) => widget.name === "control_after_generate");
    if (control) control.value = "fixed";
  },
});
