// The text on a Kling Account or Kling Estimate node has more lines than a progress text has room for: the node grows to
// show them all.
import { app } from "/scripts/app.js";

const WIDTH = 560;
const LINE = 17;
const LETTER = 7;

app.registerExtension({
  name: "kling.accountReport",
  nodeCreated(node) {
    if (!["KlingAccount", "KlingEstimate"].includes(node.comfyClass)) return;
    const before = node.onExecuted;
    node.onExecuted = function (message) {
      before?.apply(this, arguments);
      if (!message?.text) return;
      const width = Math.max(this.size[0], WIDTH);
      const rows = message.text.join("\n").split("\n");
      const lines = rows.reduce((sum, row) => sum + Math.max(1, Math.ceil((row.length * LETTER) / (width - 40))), 0);
      this.setSize([width, Math.max(this.size[1], this.computeSize()[1] + lines * LINE)]);
    };
  },
});
