import assert from "node:assert/strict";
import { test } from "node:test";

import { mediaOf, shownBefore, soundOf } from "../../nodes/web/result_kinds.js";

const file = (filename) => ({ filename, subfolder: "kling", type: "temp" });
const node = (inputs, class_type = "KlingText2Video") => ({ class_type, inputs });
const entry = (number, prompt, outputs = {}) => ({ prompt: [number, `p${number}`, prompt, {}], outputs });

test("an mp4 is a video whatever the list that it stands in is called", () => {
  assert.equal(mediaOf({ images: [file("kn-1.mp4")], animated: [true] }), "video");
  assert.equal(mediaOf({ images: [file("kn-1.png"), file("kn-1-1.png")] }), "image");
  for (const nothing of [undefined, null, {}, { images: [] }, { audio: [file("kn-1.mp3")] }]) assert.equal(mediaOf(nothing), "");
});

test("a sound's address holds its name, folder and type", () => {
  assert.equal(soundOf({ audio: [file("kn 1&2.mp3")] }), "/view?filename=kn+1%262.mp3&subfolder=kling&type=temp");
  for (const nothing of [undefined, {}, { audio: [] }, { images: [file("kn-1.mp4")] }]) assert.equal(soundOf(nothing), "");
});

test("what a node showed is shown again if it and all before it are made alike, and the newest of it", () => {
  const graph = { 1: node({ image: "a.png" }, "LoadImage"), 2: node({ image: ["1", 0], seed: 1 }) };
  const history = {
    p1: entry(1, graph, { 2: { images: [file("old.mp4")] } }),
    p2: entry(2, graph, { 2: { images: [file("new.mp4")] } }),
    p3: entry(3, { ...graph, 1: node({ image: "b.png" }, "LoadImage") }, { 2: { images: [file("other.mp4")] } }),
    p4: entry(4, graph),
  };
  assert.deepEqual(shownBefore(history, "p4", ["2"]), { 2: { images: [file("new.mp4")] } });
});

test("a node that is made otherwise, or that nobody has seen, shows nothing", () => {
  const shown = { 2: { images: [file("a.mp4")] } };
  const history = { p1: entry(1, { 2: node({ seed: 1 }) }, shown), p2: entry(2, { 2: node({ seed: 2 }) }) };
  assert.deepEqual(shownBefore(history, "p2", ["2", "7"]), {});
  assert.deepEqual(shownBefore({ ...history, p3: entry(3, { 2: node({ seed: 1 }, "KlingAvatar") }) }, "p3", ["2"]), {});
  assert.deepEqual(shownBefore({}, "p9", ["2"]), {});
});
