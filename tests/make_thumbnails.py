"""Draws example_workflows/<name>.jpg from what each example makes in the sandbox of a real ComfyUI (COMFYUI_DIR):
`python tests/make_thumbnails.py [NAME ...]`. The last result fills the picture, what it was made from lies upon it.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from comfyui import test_examples
from comfyui.browser import FLAGS, chromium_program, for_browsers, visit
from comfyui.conftest import ComfyUI
from comfyui.workflow import to_prompt
from conftest import ROOT
from PIL import Image, ImageDraw, ImageFont, ImageOps

from kling_api.media import read_audio, read_frames

FOLDER = ROOT / "example_workflows"
SIZE, LARGEST = (512, 288), 40_000
INSET, MOST, EDGE = (112, 84), 3, 10
#: Text is all that they show: the node, and the widget that its part of the picture begins with.
SHOWN_AS_GRAPH = {"estimate_before_running": (2, "$$node-text-preview"), "collect_a_job": (2, "")}
_CLIP, _PICTURE, _SOUND = (".mp4",), (".png", ".jpg"), (".mp3", ".wav", ".flac")
_WINDOW, _FOCUS = (1024, 576), "Workspace.ToggleFocusMode"
_ASIDE: dict[str, Any] = {
    "Comfy__Minimap__Visible": False,
    "Comfy__Graph__CanvasMenu": False,
    "Comfy__Graph__CanvasInfo": False,
}
_LOOK_AT = """([id, name]) => {
  const node = app.graph.getNodeById(id), view = app.canvas.ds;
  const top = name ? node.widgets.find((widget) => widget.name === name).y - 10 : -50;
  view.scale = name ? innerWidth / (node.size[0] + 20) : innerHeight / (node.size[1] + 80);
  view.offset = [innerWidth / view.scale * (name ? 0 : 0.05) + 10 - node.pos[0], -node.pos[1] - top];
  app.canvas.setDirty(true, true);
}"""


@dataclass(frozen=True)
class Made:
    """What a node of the graph shows: its class and one file."""

    node: str
    path: Path


def main() -> None:
    names = sys.argv[1:] or [path.stem for path in sorted(FOLDER.glob("*.json"))]
    with tempfile.TemporaryDirectory() as folder:
        server = for_browsers(ComfyUI(Path(folder), {"KLING_PROFILE": "sandbox"}))
        test_examples._give_inputs(server)
        portrait().save(server.base / "input" / "example.png")
        server.start()
        try:
            for name in names:
                picture = graph_of(server, name) if name in SHOWN_AS_GRAPH else results_of(server, name)
                write(picture, FOLDER / f"{name}.jpg")
        finally:
            server.stop()


def results_of(server: ComfyUI, name: str) -> Image.Image:
    prompt = to_prompt(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")), server.object_info())
    test_examples._shorten(prompt)
    made = list(_made(server, prompt, server.run(prompt)["outputs"]))
    seen = [one for one in made if one.path.suffix not in _SOUND]
    sounds = [one.path for one in made if one.path.suffix in _SOUND]
    if not seen:
        return waves([path for path in sounds if path.parent.name == "kling" and path.parent.parent.name == "temp"])
    last = next((one for one in reversed(seen) if one.path.suffix in _CLIP), seen[-1])
    classes = [node["class_type"] for node in prompt.values()]
    if "KlingShots" in classes:
        return strips(last.path)
    picture = ImageOps.fit(frame(last.path), SIZE)
    if name.startswith("upscale"):
        picture, seen = coarse(picture, parts=1 + 2 * ("KlingVideoFrames" in classes)), []
    insets = _insets(frame(last.path), [frame(one.path) for one in seen if one is not last])
    words = next((node["inputs"]["text"] for node in prompt.values() if _speaks(node)), "")
    insets += [card(words)] if words else [waves(sounds[:1], INSET)] if sounds else []
    for number, inset in enumerate(insets[-MOST:]):
        place(picture, inset, number)
    if last.path.suffix in _CLIP:
        play(picture)
    return picture


def graph_of(server: ComfyUI, name: str) -> Image.Image:
    """As it looks in the browser once it has run."""
    from playwright.sync_api import sync_playwright

    workflow = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    _give_key(server, workflow)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=FLAGS, headless=True)
        with visit(browser, server.url, width=_WINDOW[0], height=_WINDOW[1], **_ASIDE) as seen:
            seen.load(workflow)
            seen.run()
            seen.page.evaluate("(name) => app.extensionManager.command.execute(name)", _FOCUS)
            seen.page.evaluate(_LOOK_AT, SHOWN_AS_GRAPH[name])
            seen.page.wait_for_timeout(2000)
            shot = seen.page.screenshot()
        browser.close()
    return Image.open(io.BytesIO(shot)).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def write(picture: Image.Image, path: Path) -> None:
    """As good as fits."""
    for quality in range(88, 30, -6):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() < LARGEST:
            path.write_bytes(data.getvalue())
            print(f"{path.name}: {data.tell()} bytes, quality {quality}")
            return
    raise ValueError(f"{path.name} does not fit into {LARGEST} bytes")


def frame(path: Path) -> Image.Image:
    """A picture, or a frame past the middle of a clip."""
    if path.suffix in _PICTURE:
        return Image.open(path).convert("RGB")
    frames = read_frames(path, every=12)
    pixels = frames[len(frames) * 3 // 5].numpy()
    return Image.fromarray((pixels * 255).round().astype(np.uint8))


def strips(path: Path) -> Image.Image:
    """A clip of several shots: a part of each of four moments, side by side."""
    frames, picture = read_frames(path, every=12), Image.new("RGB", SIZE, "#ffffff")
    for number in range(4):
        pixels = frames[len(frames) * (2 * number + 1) // 8].numpy()
        moment = ImageOps.fit(Image.fromarray((pixels * 255).round().astype(np.uint8)), (SIZE[0] // 4 - 2, SIZE[1]))
        picture.paste(moment, (number * SIZE[0] // 4 + 1, 0))
    play(picture)
    return picture


def portrait() -> Image.Image:
    """The user's own picture: somebody with a red scarf."""
    picture = Image.new("RGB", (768, 768), "#9fc3cf")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((90, 520, 678, 1100), fill="#2f4858")
    draw.ellipse((214, 110, 554, 560), fill="#3b2314")
    draw.rounded_rectangle((330, 420, 438, 620), 40, fill="#d9a47f")
    draw.ellipse((254, 170, 514, 500), fill="#e8b893")
    draw.pieslice((240, 130, 528, 420), 180, 360, fill="#3b2314")
    for x in (324, 420):
        draw.ellipse((x, 316, x + 26, 346), fill="#1d1d1d")
    draw.arc((330, 360, 438, 440), 20, 160, fill="#a1453b", width=8)
    draw.rounded_rectangle((250, 540, 518, 620), 36, fill="#c8102e")
    return picture


def waves(paths: list[Path], size: tuple[int, int] = SIZE) -> Image.Image:
    """The waveforms of sounds, one below the other."""
    picture = Image.new("RGB", size, "#16202a")
    draw = ImageDraw.Draw(picture)
    height = size[1] // len(paths)
    for number, (path, colour) in enumerate(zip(paths, ("#4fc3f7", "#ffb74d", "#81c784"), strict=False)):
        samples = read_audio(path)["waveform"][0].abs().mean(dim=0).numpy()
        bars = size[0] // 6 - 2
        loud = np.array([part.mean() for part in np.array_split(samples, bars)])
        for bar, share in enumerate(loud / max(loud.max(), 1e-6)):
            half = max(1, int(share * height * 0.42))
            middle, x = number * height + height // 2, 8 + bar * 6
            draw.rounded_rectangle((x, middle - half, x + 3, middle + half), 2, fill=colour)
    return picture


def card(text: str) -> Image.Image:
    """What is said."""
    picture = Image.new("RGB", INSET, "#fffdf5")
    lines = textwrap.wrap(f"“{text.strip()}", 17)[:5]
    ImageDraw.Draw(picture).multiline_text((8, 8), "\n".join(lines), "#222222", ImageFont.load_default(11), spacing=4)
    return picture


def coarse(picture: Image.Image, parts: int) -> Image.Image:
    """The left half as it was before it was made larger; `parts`: in that many steps."""
    width, height = picture.size
    for number in range(parts):
        left, right = (width * step // (parts + 1) for step in (number, number + 1))
        cell = 10 >> number if parts > 1 else 8
        part = picture.crop((left, 0, right, height))
        small = part.resize((max(1, part.width // cell), height // cell), Image.Resampling.BOX)
        picture.paste(small.resize(part.size, Image.Resampling.NEAREST), (left, 0))
        ImageDraw.Draw(picture).line((right, 0, right, height), "#ffffff", 3)
    return picture


def place(picture: Image.Image, inset: Image.Image, number: int) -> None:
    """In the upper left corner, one beside the other."""
    framed = ImageOps.expand(ImageOps.fit(inset, INSET), 3, "#ffffff")
    picture.paste(framed, (EDGE + number * (framed.width + EDGE), EDGE))


def play(picture: Image.Image) -> None:
    """The sign of a clip in the upper right corner."""
    x, y, radius = picture.width - 36, 36, 22
    veil = Image.new("L", picture.size, 0)
    ImageDraw.Draw(veil).ellipse((x - radius, y - radius, x + radius, y + radius), fill=150)
    picture.paste(Image.new("RGB", picture.size, "#000000"), mask=veil)
    ImageDraw.Draw(picture).polygon([(x - 7, y - 11), (x - 7, y + 11), (x + 12, y)], fill="#ffffff")


def _made(server: ComfyUI, prompt: Mapping[str, Any], outputs: Mapping[str, Any]) -> Iterator[Made]:
    """In the order of the graph; of a set of views the first one."""
    for number in sorted(prompt, key=int):
        node = prompt[number]
        if node["class_type"] == "LoadImage":
            yield Made("LoadImage", server.base / "input" / node["inputs"]["image"])
        for kind in ("images", "audio"):
            for one in outputs.get(number, {}).get(kind, [])[:1]:
                yield Made(node["class_type"], server.base / one["type"] / one["subfolder"] / one["filename"])


def _insets(last: Image.Image, others: list[Image.Image]) -> list[Image.Image]:
    """Those that look like none before and not like the last one."""
    kept: list[Image.Image] = []
    for other in others:
        if all(_difference(other, one) > 6 for one in (last, *kept)):
            kept.append(other)
    return kept


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Of 255, on the average."""
    small = [np.asarray(picture.resize((32, 32)), dtype=np.float32) for picture in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())


def _speaks(node: Mapping[str, Any]) -> bool:
    return node["class_type"] in ("KlingLipSync", "KlingAvatar") and bool(node["inputs"].get("text"))


def _give_key(server: ComfyUI, workflow: dict[str, Any]) -> None:
    """The key of a job that was just made, for the node that asks for one."""
    for node in workflow["nodes"]:
        if node["type"] == "KlingCollect":
            text2video = json.loads((FOLDER / "text_to_video.json").read_text(encoding="utf-8"))
            outputs = server.run(to_prompt(text2video, server.object_info()))["outputs"]
            node["widgets_values"][0] = Path(outputs["2"]["images"][0]["filename"]).stem


if __name__ == "__main__":
    main()
