"""The pure parts of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kling_api.cli.camera import read_camera
from kling_api.cli.jobs import age
from kling_api.cli.outcome import failed
from kling_api.cli.output import deliver
from kling_api.cli.progress import PlainLines
from kling_api.client import Result
from kling_api.errors import DownloadFailed, InvalidRequest, KlingError
from kling_api.operations import CameraControl
from kling_api.watch import Progress


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("", None),
        ("pan=5", CameraControl(pan=5)),
        ("type=simple,zoom=-3", CameraControl(zoom=-3)),
        (" simple , tilt = 2.5 ", CameraControl(tilt=2.5)),
        ("forward_up", CameraControl("forward_up")),
        ("type=down_back", CameraControl("down_back")),
    ],
)
def test_a_camera_move_is_read(text: str, move: CameraControl | None) -> None:
    assert read_camera(text) == move


@pytest.mark.parametrize(
    "text", ["pan", "pan=x", "pan=nan", "pan=1,pan=2", "pan=11", "up", "=5", "type=", "simple", ","]
)
def test_what_is_not_a_camera_move_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read_camera(text)


def test_every_error_has_a_status_and_an_exit_code() -> None:
    found = {kind.__name__: failed(kind("It happened.")) for kind in _all_errors(KlingError)}
    assert {name: (outcome.status, outcome.exit_code) for name, outcome in found.items()} == {
        "InvalidRequest": ("invalid", 2),
        "NotConfigured": ("invalid", 2),
        "MediaError": ("invalid", 2),
        "LedgerError": ("failed", 1),
        "NotDelivered": ("not_delivered", 1),
        "OverBudget": ("refused", 1),
        "Refused": ("refused", 1),
        "NotOffered": ("refused", 1),
        "OutcomeUnknown": ("unknown", 4),
        "TaskFailed": ("failed", 1),
        "StillRunning": ("stopped", 3),
        "DownloadFailed": ("failed", 1),
    }


def test_a_pipe_gets_a_line_when_the_state_changes_or_lasts() -> None:
    now, lines = [0.0], []
    shown = PlainLines(lines.append, lambda: now[0])
    for second in range(25):
        now[0] = float(second)
        shown.show(Progress("processing" if second > 1 else "submitted", second, 60.0, "kn-1", "t1"))
    assert lines == [
        "submitted, 0 of about 60 s, task t1",
        "processing, 2 of about 60 s, task t1",
        "processing, 12 of about 60 s, task t1",
        "processing, 22 of about 60 s, task t1",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (59, "59 s"), (90, "2 min"), (7200, "2 h"), (200000, "2 d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert age(seconds) == text


def test_a_copy_that_fails_says_where_the_clip_is_and_leaves_nothing(tmp_path: Path) -> None:
    clip = tmp_path / "kn-1.mp4"
    clip.write_bytes(b"clip")
    folder = tmp_path / "folder"
    (folder / "name.mp4").mkdir(parents=True)  # a folder stands where the file should go
    with pytest.raises(DownloadFailed, match=f"The clip is in {tmp_path}") as caught:
        deliver(Result("kn-1", "t1", (clip,), "3"), folder, "name")
    assert "`kling collect kn-1 --output FOLDER`" in caught.value.advice
    assert [path.name for path in folder.iterdir()] == ["name.mp4"]


def test_a_description_that_cannot_be_copied_costs_no_clip(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip, sidecar = tmp_path / "kn-1.mp4", tmp_path / "kn-1.json"
    clip.write_bytes(b"clip")
    sidecar.write_text("{}")
    folder = tmp_path / "folder"
    (folder / "name.json").mkdir(parents=True)
    assert deliver(Result("kn-1", "t1", (clip,), "3", sidecar=sidecar), folder, "name") == [folder / "name.mp4"]
    assert f"The description {folder / 'name.json'} of the clip cannot be written" in caplog.text
    assert sorted(path.name for path in folder.iterdir()) == ["name.json", "name.mp4"]


def test_an_operation_with_a_slash_in_its_name_makes_no_folder(tmp_path: Path) -> None:
    clip = tmp_path / "kn-1.mp4"
    clip.write_bytes(b"clip")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert deliver(Result("kn-1", "t1", (clip,), "3"), folder, "avatar/x-kn-1") == [folder / "avatar-x-kn-1.mp4"]


def _all_errors(base: type[KlingError]) -> list[type[KlingError]]:
    return [kind for child in base.__subclasses__() for kind in (child, *_all_errors(child))]
