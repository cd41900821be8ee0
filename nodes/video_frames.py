"""KlingVideoFrames and KlingLastFrame: pictures of a VIDEO, without sending or paying anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..kling_api.watch import Progress
from . import host
from .host import io, search_aliases
from .workers import run_at_once


class KlingVideoFrames(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingVideoFrames",
            display_name="Kling Video Frames",
            category="Kling/Video",
            description="Frames of a video as pictures, a part of them at a time, for example to upscale a long clip "
            "in parts. Costs nothing.",
            inputs=[
                io.Video.Input("video", tooltip="The video whose frames are wanted, from any node."),
                io.Int.Input(
                    "start",
                    default=0,
                    min=0,
                    max=1_000_000,
                    tooltip="The number of the first frame that comes out; 0 is the clip's first.",
                ),
                io.Int.Input(
                    "count",
                    default=0,
                    min=0,
                    max=1_000_000,
                    tooltip="How many frames come out; 0: all from start on. One of 720p takes 11 MB of memory, of "
                    "1080p 25 MB, of 4k 100 MB: 10 s of 1080p at 24 frames per second are 6 GB.",
                ),
                io.Int.Input(
                    "every_nth", default=1, min=1, max=1000, tooltip="1: every frame. 2: every second one, and so on."
                ),
            ],
            outputs=[io.Image.Output("images", display_name="images", tooltip="The frames as one batch.")],
            **search_aliases("可灵", "抽帧", "视频转图片", "video to images", "get frames", "split video"),
        )

    @classmethod
    async def execute(cls, video: Any, start: int = 0, count: int = 0, every_nth: int = 1) -> io.NodeOutput:
        def work(_progress: Callable[[Progress], None], _stop: threading.Event) -> Any:
            with host.video_file(video) as path:
                return _frames(path, start, count, every_nth)

        return io.NodeOutput(await run_at_once(work))


class KlingLastFrame(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingLastFrame",
            display_name="Kling Last Frame",
            category="Kling/Video",
            description="The last frame of a video as a picture, for example to go on from it with Kling Image to "
            "Video. Costs nothing.",
            inputs=[io.Video.Input("video", tooltip="The video whose last frame is wanted, from any node.")],
            outputs=[io.Image.Output("image", display_name="image", tooltip="The last frame, one picture.")],
            **search_aliases("可灵", "尾帧", "最后一帧", "last frame", "end frame"),
        )

    @classmethod
    async def execute(cls, video: Any) -> io.NodeOutput:
        def work(_progress: Callable[[Progress], None], _stop: threading.Event) -> Any:
            from ..kling_api.media import read_last_frame

            with host.video_file(video) as path:
                return read_last_frame(path)

        return io.NodeOutput(await run_at_once(work))


def _frames(path: Any, start: int, count: int, every_nth: int) -> Any:
    from ..kling_api.media import read_frames

    return read_frames(path, start, count or None, every_nth)
