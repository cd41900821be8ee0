"""`kling text2video` and `kling image2video` make clips."""

from __future__ import annotations

import json
from pathlib import Path

from kling_api.media.probe import check_clip

from .conftest import SHORT, Here, Kling


def test_text2video_leaves_a_clip_and_prints_one_json_object(large_kling: Kling) -> None:
    kling = large_kling
    ended = kling("text2video", "--prompt", "A paper boat", *SHORT, "--sound", "--output", "clips", "--json")
    assert ended.exit_code == 0, ended.stderr
    assert ended.is_plain
    assert list(ended.document) == ["status", "job_key", "task_id", "files", "units", "error"]
    assert ended.document["status"] == "collected"
    assert ended.document["units"] == "2.7"
    assert ended.document["error"] is None
    file = kling.folder / "clips" / f"text2video-{ended.document['job_key']}.mp4"
    assert ended.document["files"] == [str(file)]
    clip = check_clip(file)
    assert (clip.width, clip.height, clip.has_audio) == (1280, 720, True)
    assert abs(clip.duration - 3) < 0.1
    description = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert description["parameters"]["prompt"] == "A paper boat"
    assert (description["job_key"], description["units"]) == (ended.document["job_key"], "2.7")
    assert sorted(path.name for path in file.parent.iterdir()) == [file.with_suffix(".json").name, file.name]


def test_a_pipe_gets_plain_lines_and_the_path_first(kling: Kling) -> None:
    ended = kling("text2video", "--prompt", "A paper boat", *SHORT, "--sound")
    assert ended.exit_code == 0, ended.stderr
    assert ended.is_plain
    path, summary = ended.stdout.splitlines()
    assert Path(path).is_absolute()
    assert check_clip(path)
    assert summary.startswith("collected: job kn-")
    assert "task id" in summary
    lines = ended.stderr.splitlines()
    assert lines[0].startswith("submitting, about 2.7 units")
    assert lines[-1].startswith("downloading")
    assert len(lines) < 8


def test_the_same_request_comes_from_the_ledger_and_another_seed_is_a_new_take(kling: Kling, kling_here: Here) -> None:
    request = ("text2video", "--prompt", "A paper boat", *SHORT, "--sound", "--json")
    before, _ = kling.counts()
    first, again, other = kling_here(*request), kling_here(*request), kling_here(*request, "--seed", "7")
    assert first.document == again.document
    assert other.document["task_id"] != first.document["task_id"]
    assert kling.counts()[0] == before + 2


def test_image2video_takes_a_first_and_an_end_frame(kling_here: Here, picture: Path) -> None:
    ended = kling_here(
        "image2video", "--image", str(picture), "--end-image", str(picture), "--prompt", "Wind", *SHORT, "--json"
    )
    assert ended.exit_code == 0, ended.stderr
    assert Path(ended.document["files"][0]).name.startswith("image2video-kn-")


def test_a_warning_is_shown_once_and_beside_the_result(kling_here: Here) -> None:
    ended = kling_here("text2video", "--prompt", "A paper boat", "--model-name", "kling-v9", "--json")
    warned = [line for line in ended.stderr.splitlines() if line.startswith("Warning: ")]
    assert len(warned) == 1
    assert "kling-v9" in warned[0]
    assert list(ended.document) == ["status", "job_key", "task_id", "files", "units", "error"]


def test_the_files_of_the_user_are_copies(kling: Kling) -> None:
    request = ("text2video", "--prompt", "A paper boat", *SHORT, "--sound", "--json")
    file = Path(kling(*request).document["files"][0])
    file.unlink()
    before = kling.counts()
    assert kling(*request).exit_code == 0
    assert file.exists()
    assert kling.counts() == before
    assert not list(kling.folder.glob(".*"))


def test_a_profile_is_chosen_by_its_name(kling: Kling, kling_here: Here) -> None:
    (kling.home / "profiles.toml").write_text(
        f'[studio]\napi_key = "api-key-kling-sandbox"\nbase_url = "{kling.url}"\n', encoding="utf-8"
    )
    request = ("text2video", "--prompt", "A paper boat", *SHORT, "--sound", "--json")
    ended = kling_here(*request, "--profile", "studio", KLING_API_KEY="", KLING_BASE_URL="")
    assert ended.exit_code == 0, ended.stderr
    assert kling_here("jobs", "--json").document["jobs"][0]["profile"] == "studio"


def test_the_sandbox_profile_needs_neither_key_nor_server(kling: Kling) -> None:
    request = ("text2video", "--prompt", "A paper boat", *SHORT, "--aspect-ratio", "1:1", "--json")
    ended = kling(*request, "--profile", "sandbox", KLING_API_KEY="", KLING_BASE_URL="")
    assert ended.exit_code == 0, ended.stderr
    assert check_clip(ended.document["files"][0])


def test_a_clip_that_was_paid_for_before_says_that_nothing_is_charged_now(kling: Kling, kling_here: Here) -> None:
    request = ("text2video", "--prompt", "A paper boat", *SHORT, "--sound")
    first, again = kling_here(*request).stdout, kling_here(*request).stdout
    key, charges = first.splitlines()[1].split()[2].rstrip(","), kling.counts()[1]
    assert ", 2.7 units" in first
    for text in (again, kling_here("collect", f" {key} ").stdout):
        assert text.splitlines()[1].startswith(f"collected before: job {key}, task id ")
        assert text.endswith(", paid once (2.7 units); nothing was charged now\n")
    keys = ["status", "job_key", "task_id", "files", "units", "error"]
    assert list(kling_here("collect", key, "--json").document) == keys
    assert kling.counts()[1] == charges


def test_what_is_no_picture_is_a_sentence(kling_here: Here, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for image, what, advice in [
        (str(tmp_path / "folder"), "is a folder.", "Give a picture."),
        (str(tmp_path / "none.png"), "There is no file at", "Look at its name and folder."),
        ("ftp://host.example/a.png", "is no http(s) URL and no file.", "Give a picture file or an http(s) URL."),
    ]:
        ended = kling_here("image2video", "--image", image)
        assert ended.exit_code == 2
        said, advised, charged = ended.stderr.splitlines()
        assert what in said
        assert (advised, charged) == (advice, "Not charged.")


def test_a_sandbox_that_cannot_be_started_is_a_sentence(kling_here: Here, home: Path) -> None:
    (home / "sandbox").write_text("a file where its folder should be")
    ended = kling_here("text2video", "--prompt", "A boat", "--profile", "sandbox")
    assert ended.exit_code == 2
    assert ended.stderr.startswith("The sandbox cannot be started: ")
    assert f"Delete {home / 'sandbox'}: it holds no paid work." in ended.stderr
