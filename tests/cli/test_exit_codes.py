"""A script can tell from the exit code and the status word what happened to the money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import SHORT, Here, Kling

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT, "--json")


@pytest.mark.parametrize(
    ("fault", "exit_code", "status", "text"),
    [
        ({"kind": "refuse", "message": "risk control"}, 1, "refused", "risk control"),
        ({"kind": "fail_task", "message": "the scene is too dark"}, 1, "failed", "the scene is too dark"),
        ({"kind": "truncated_download", "times": None}, 1, "failed", "could not be fetched in 4 tries"),
        ({"kind": "drop_before", "times": None}, 4, "unknown", "Nobody can say whether the task was made"),
    ],
)
def test_trouble_at_the_provider_has_its_own_status(
    kling: Kling, kling_here: Here, fault: dict[str, Any], exit_code: int, status: str, text: str
) -> None:
    kling.fault(**fault)
    ended = kling_here(*REQUEST)
    assert (ended.exit_code, ended.document["status"]) == (exit_code, status), ended.stderr
    assert text in ended.document["error"]
    assert ended.document["job_key"].startswith("kn-")
    assert ended.document["files"] == []


def test_a_wrong_key_is_refused_and_nothing_is_made(kling: Kling, kling_here: Here) -> None:
    before = kling.counts()
    ended = kling_here(*REQUEST, KLING_API_KEY="api-key-kling-wrong")
    assert (ended.exit_code, ended.document["status"]) == (1, "refused")
    assert "Not charged." in ended.document["error"]
    assert kling.counts() == before


def test_a_host_that_is_not_there_is_not_delivered(kling: Kling) -> None:
    ended = kling(*REQUEST, KLING_BASE_URL="http://127.0.0.1:9")
    assert (ended.exit_code, ended.document["status"]) == (1, "not_delivered")
    assert "waiting for the network" in ended.stderr


def test_without_a_key_the_message_says_what_to_set(kling_here: Here) -> None:
    ended = kling_here(*REQUEST, KLING_API_KEY="")
    assert (ended.exit_code, ended.document["status"]) == (2, "invalid")
    assert "KLING_API_KEY" in ended.document["error"]


WRONG_INPUT = [
    (("--prompt", " "), "prompt is empty"),
    (("--prompt", "x" * 2501), "2501 characters"),
    (("--prompt", "x", "--duration", "7", "--model-name", "kling-v2-6"), "duration 7 s"),
    (("--prompt", "x", "--duration", "five"), "'--duration'"),
    (("--prompt", "x", "--cfg-scale", "1.5"), "from 0 to 1"),
    (("--prompt", "x", "--camera-control", "pan=5,tilt=2"), "exactly one axis"),
    (("--prompt", "x", "--camera-control", "spin=5"), "spin=5"),
    (("--prompt", "x", "--camera-control", "pan=5"), "camera_control"),
    (("--prompt", "x", "--profile", "nobody"), "no profile 'nobody'"),
    (("--prompt", "x", "--output", "photo.png"), "cannot be made"),
    (("--promt", "x"), "--promt"),
    ((), "--prompt"),
]


@pytest.mark.parametrize(("flags", "text"), WRONG_INPUT, ids=[text for _, text in WRONG_INPUT])
def test_wrong_input_ends_with_2_before_anything_is_sent(
    kling: Kling, kling_here: Here, picture: Path, flags: tuple[str, ...], text: str
) -> None:
    before = kling.counts()
    ended = kling_here("text2video", *flags, "--json")
    assert (ended.exit_code, ended.document["status"]) == (2, "invalid")
    assert text in ended.document["error"]
    assert kling.counts() == before


def test_a_missing_and_a_small_picture_are_named(kling_here: Here, small_picture: Path) -> None:
    missing = kling_here("image2video", "--image", "nowhere.png", "--json")
    small = kling_here("image2video", "--image", str(small_picture), "--json")
    assert (missing.exit_code, small.exit_code) == (2, 2)
    assert "nowhere.png" in missing.document["error"]
    assert "200 x 200 pixels" in small.document["error"]


def test_without_json_an_error_is_three_lines_on_stderr(kling: Kling) -> None:
    ended = kling("text2video", "--prompt", "x", "--cfg-scale", "2")
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == ["cfg_scale is 2.", "Give a number from 0 to 1.", "Not charged."]


def test_a_message_of_the_server_cannot_drive_the_terminal(kling: Kling) -> None:
    kling.fault("refuse", message="bad \x1b[31mred\x07")
    ended = kling(*REQUEST[:-1])
    assert ended.exit_code == 1
    assert ended.is_plain
    assert "red" in ended.stderr
