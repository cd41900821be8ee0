"""A request becomes a file: both generations of the API, both kinds of key, over real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kling_api.errors import InvalidRequest, NotConfigured, Refused
from kling_api.ledger import State
from kling_api.media import encode_still, read_audio, read_first_frame, read_frames, read_last_frame
from kling_api.media.probe import probe
from kling_api.operations import CameraControl, Image2Video, Text2Video
from kling_api.settings import Credentials
from kling_api.stills import Still
from kling_api.watch import Progress

from .conftest import API_KEY, KEY_PAIR, Stage

SHORT = Text2Video(prompt="A paper boat on a river", duration=3)


def picture(width: int = 640, height: int = 400, shift: int = 0) -> Still:
    import torch

    rows, columns = np.mgrid[0:height, 0:width]
    image = np.stack([rows / height, columns / width, np.full_like(rows, 0.5, dtype=float)], axis=-1)
    return encode_still(torch.from_numpy(np.roll(image, shift, axis=1).astype(np.float32)), 10_000_000)


@pytest.mark.parametrize("credentials", [API_KEY, KEY_PAIR], ids=["API key", "key pair"])
def test_text_becomes_a_clip_on_the_old_paths_with_either_kind_of_key(large: Stage, credentials: Credentials) -> None:
    client = large.client(credentials)
    result = client.run(SHORT)
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.rate, clip.frames) == (1280, 720, 24, 72)
    assert not clip.has_audio
    assert result.units == "1.8"
    assert result.video_id
    job = client.ledger.get(result.job_key)
    assert job is not None
    assert (job.state, job.task_id, job.route) == (State.COLLECTED, result.task_id, "/v1/videos/text2video")


def test_text_becomes_a_clip_on_the_new_standard(large: Stage) -> None:
    client = large.client()
    result = client.run(Text2Video(prompt="A kite", model_name="kling-3.0-turbo", mode="pro", duration=3))
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.frames, clip.has_audio) == (1920, 1080, 72, True)
    assert result.units == "3"
    job = client.ledger.get(result.task_id)
    assert job is not None
    assert job.route == "/tasks"


@pytest.mark.parametrize("model", ["kling-v3", "kling-3.0"])
def test_a_clip_starts_on_the_picture_and_ends_on_the_end_frame(stage: Stage, model: str) -> None:
    start, end = picture(), picture(shift=200)
    result = stage.client().run(Image2Video(image=start, image_tail=end, model_name=model, duration=3))
    first, last = read_first_frame(result.files[0])[0], read_last_frame(result.files[0])[0]
    assert abs(first.mean(dim=(0, 1)) - _pixels(start)).max() < 0.03
    assert abs(last[:, :100].mean() - first[:, :100].mean()) > 0.01


def test_sound_comes_with_the_clip_when_it_is_asked_for(stage: Stage) -> None:
    result = stage.client().run(Text2Video(prompt="Rain", duration=3, sound=True))
    audio = read_audio(result.files[0])
    assert audio["waveform"].abs().max() > 0.01
    assert audio["waveform"].shape[-1] == pytest.approx(3 * audio["sample_rate"], rel=0.02)


def test_a_camera_move_reaches_the_provider(stage: Stage) -> None:
    move = CameraControl(type="simple", pan=5)
    hill = Text2Video(prompt="A hill", model_name="kling-v1", aspect_ratio="1:1")
    still, moved = stage.client().run(hill), stage.client().run(replace(hill, camera_control=move))
    first, second = (read_frames(result.files[0], 60, 1) for result in (still, moved))
    assert (first - second).abs().mean() > 0.01


def test_progress_names_the_state_the_seconds_and_the_task(stage: Stage) -> None:
    seen: list[Progress] = []
    result = stage.client().run(SHORT, progress=seen.append)
    states = [progress.state for progress in seen]
    assert states[0] == "submitting, about 1.8 units"
    assert "submitted" in states
    assert states[-1] == "downloading"
    assert seen[-1].task_id == result.task_id
    assert all(0 <= progress.share < 1 for progress in seen)
    assert str(seen[-1]).startswith("downloading, ")


def test_a_wrong_key_is_refused_with_what_to_do(stage: Stage) -> None:
    with pytest.raises(Refused) as caught:
        stage.client(Credentials(api_key="api-key-kling-xxxxxxxx")).run(SHORT)
    assert "the key is not accepted ('api key not found')" in str(caught.value)
    assert "Not charged. (job kn-" in str(caught.value)
    assert stage.tasks_made == 0


def test_a_new_standard_model_with_a_key_pair_is_refused_before_anything_is_sent(stage: Stage) -> None:
    client = stage.client(KEY_PAIR)
    with pytest.raises(NotConfigured, match="needs an API key"):
        client.run(Text2Video(prompt="A kite", model_name="kling-3.0-turbo"))
    assert client.ledger.jobs() == []


def wrong_requests() -> list[tuple[Callable[[], object], str]]:
    camera = CameraControl
    return [
        (lambda: Text2Video(prompt="  "), "prompt is empty."),
        (lambda: Text2Video(prompt="a" * 2501), "prompt has 2501 characters; kling-v3 takes at most 2500."),
        (lambda: Text2Video(prompt="a", cfg_scale=1.2), "cfg_scale is 1.2."),
        (lambda: Text2Video(prompt="a", duration=2), "duration 2 s is not possible with kling-v3."),
        (lambda: Text2Video(prompt="a", aspect_ratio="4:3"), "aspect_ratio is '4:3'."),
        (lambda: Text2Video(prompt="a", camera_control=camera(pan=1)), "camera_control type simple is not possible"),
        (lambda: camera(pan=1, tilt=1), "exactly one axis, but has 2: pan 1, tilt 1."),
        (lambda: camera(), "exactly one axis, but has none."),
        (lambda: camera(zoom=11), "camera_control zoom is 11."),
        (lambda: Image2Video(image=picture(200, 320)), "image is 200 x 320 pixels; each side must have at least 300."),
        (lambda: Image2Video(image=picture(900, 300)), "a ratio of 3.00 to 1; Kling takes at most 2.5 to 1."),
        (lambda: Image2Video(image=None), "the end frame (image_tail) are missing."),
    ]


@pytest.mark.parametrize(("build", "sentence"), wrong_requests(), ids=[text for _, text in wrong_requests()])
def test_wrong_input_is_a_sentence_before_money_is_spent(
    stage: Stage, build: Callable[[], Text2Video], sentence: str
) -> None:
    client = stage.client()
    with pytest.raises(InvalidRequest) as caught:
        client.run(build())
    what, advice, charged = str(caught.value).split("\n")
    assert sentence in what
    assert advice
    assert charged == "Not charged."
    assert client.ledger.jobs() == []


def test_an_unknown_model_is_passed_on_with_a_warning_and_the_provider_decides(stage: Stage) -> None:
    with pytest.raises(Refused, match="model_name value 'kling-v99' is invalid"):
        stage.client().run(Text2Video(prompt="a", model_name="kling-v99"))


def test_eight_runs_at_once_take_the_time_of_few(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=1.0, slots=20)
    client = stage.client()
    threads = [
        threading.Thread(target=client.run, args=(Text2Video(prompt="A boat", duration=3, seed=seed),))
        for seed in range(8)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [job.state for job in client.ledger.jobs()] == [State.COLLECTED] * 8
    assert time.monotonic() - begun < 16  # 3 s each; 24 s one after the other
    assert stage.charges == 8


def _pixels(still: Still):
    import torch

    from kling_api.media import decode_picture

    return torch.from_numpy(decode_picture(still.data).astype(np.float32) / 255).mean(dim=(0, 1))
