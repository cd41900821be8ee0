"""A clip's pictures -> one float tensor, made in place: one thread decodes, a second one converts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from torch import Tensor

from ..errors import Charged, MediaError
from .container import open_clip, reason, video_stream
from .frame_buffer import FrameBuffer
from .memory import check_frames
from .packets import Packets, list_packets

_WAITING = 4  # decoded frames that may wait for their conversion


def read_frames(path: Path | str, start: int = 0, count: int | None = None, every: int = 1) -> Tensor:
    """`count` frames (all the rest if None) from `start` on, every n-th -> [N, H, W, 3] float32 0..1 RGB, upright.

    Fewer than `count` if the clip ends before. Decoding begins at the keyframe before `start` where the file allows it.
    Peak memory is the tensor and a few frames. MediaError for a file that is broken, has no frame `start`, or would
    not fit into the free memory (found before memory is taken).
    """
    if start < 0 or every < 1 or (count is not None and count < 1):
        raise MediaError(f"start must be 0 or more, count and every 1 or more, not {start}, {count} and {every}.")
    with open_clip(path, Charged.ONCE) as container:
        video = video_stream(container, path, Charged.ONCE)
        size = (video.codec_context.width, video.codec_context.height)
        # A header's number is only a claim. Counting costs a few milliseconds, once the claim itself is bearable.
        check_frames(_chosen(video.frames, start, count, every), size, path)
        packets = list_packets(path)
        expected = _chosen(max(video.frames, packets.count), start, count, every)
        check_frames(expected, size, path)
        buffer = FrameBuffer(path, expected)
        seen = _fill(buffer, _decode_for(start, container, video, packets, path), start, count, every)
        if not buffer.filled:
            raise MediaError(
                f"{path} holds {seen} frames; there is no frame {start}.",
                f"Frames are counted from 0: start at {max(seen - 1, 0)} or before.",
                charged=Charged.ONCE,
            )
        return buffer.tensor()


def read_first_frame(path: Path | str) -> Tensor:
    """[1, H, W, 3] float32 0..1 RGB."""
    return read_frames(path, 0, 1)


def read_last_frame(path: Path | str) -> Tensor:
    """[1, H, W, 3] float32 0..1 RGB. Decodes from the last keyframe on, everything only if that fails."""
    frame = _last_frame(path, seek=True) or _last_frame(path, seek=False)
    if frame is None:
        raise MediaError(f"{path} holds no frame that can be decoded.", charged=Charged.ONCE)
    buffer = FrameBuffer(path, 1)
    buffer.append(frame)
    return buffer.tensor()


def _chosen(frames: int, start: int, count: int | None, every: int) -> int:
    """How many of a clip's frames are asked for; 1 at least, to have room for what nobody announced."""
    rest = max(1, -((start - frames) // every))
    return rest if count is None else min(count, rest)


def _fill(
    buffer: FrameBuffer, frames: Iterator[tuple[int, av.VideoFrame]], start: int, count: int | None, every: int
) -> int:
    """Convert the chosen ones of the numbered frames in a second thread while this one decodes; how many there were."""
    seen = chosen = 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="kling-frames") as converter:
        waiting: deque[Future[None]] = deque()
        for number, frame in frames:
            seen = number + 1
            if number < start or (number - start) % every:
                continue
            chosen += 1
            waiting.append(converter.submit(buffer.append, frame))
            if len(waiting) > _WAITING:
                waiting.popleft().result()
            if chosen == count:
                break
        for conversion in waiting:
            conversion.result()
    return seen


def _decode_for(
    start: int, container: InputContainer, video: VideoStream, packets: Packets, path: Path | str
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Frames with their numbers, from the last keyframe before frame `start` on, or from the beginning."""
    video.thread_type = "AUTO"
    entrance = packets.entrance(start)
    if entrance is not None:
        container.seek(entrance, stream=video)
        frames = _decode(container, video, path, packets.keyframes[entrance])
        first = next(frames, None)
        number = packets.keyframes.get(first.pts) if first and first.pts is not None else None
        if first and number is not None and number <= start:
            yield from enumerate(chain([first], frames), number)
            return
        container.seek(next(iter(packets.keyframes)), stream=video)
    yield from enumerate(_decode(container, video, path))


def _decode(
    container: InputContainer, video: VideoStream, path: Path | str, number: int = 0
) -> Iterator[av.VideoFrame]:
    """Frames from where the container stands; `number` is that of the first one."""
    cut_off = False
    try:
        for packet in container.demux(video):
            cut_off = packet.is_corrupt if packet.size else cut_off
            for frame in packet.decode():
                number += 1
                yield frame
    except FFmpegError as error:
        raise _broken(path, number, video, reason(error)) from error
    if cut_off:  # the last packet is half a packet, which a decoder with several threads passes over in silence
        raise _broken(path, number, video, "the data are cut off")


def _broken(path: Path | str, number: int, video: VideoStream, why: str) -> MediaError:
    return MediaError(
        f"{path} breaks off after {number} of {video.frames or 'an unknown number of'} frames ({why}).",
        "Remove the file and collect the job again.",
        charged=Charged.ONCE,
    )


def _last_frame(path: Path | str, seek: bool) -> av.VideoFrame | None:
    with open_clip(path, Charged.ONCE) as container:
        video = video_stream(container, path, Charged.ONCE)
        video.thread_type = "AUTO"
        frame = None
        try:
            if seek:
                container.seek((video.start_time or 0) + (video.duration or 0), stream=video)
            for frame in _decode(container, video, path):  # noqa: B007  (the last one is what we want)
                pass
        except (FFmpegError, MediaError):
            if not seek:
                raise
            return None
        return frame
