"""An order that is answered at once cannot be asked for again: its answer is kept until its file is here."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from kling_api import collect
from kling_api.errors import DownloadFailed, LedgerError, OutcomeUnknown, Refused
from kling_api.job import State
from kling_api.ledger import Ledger
from kling_api.operations import ImageRecognize, TextToSpeech
from kling_api.stills import Still

from .conftest import API_KEY, KEY_PAIR, Stage

SPEECH = TextToSpeech("A paper boat sails down the river.", "oversea_male1", "en")


class _Killed(BaseException):
    pass


def _dies(*_: Any, **__: Any) -> Any:
    raise _Killed


@pytest.mark.parametrize("credentials", [API_KEY, KEY_PAIR], ids=["API key", "key pair"])
def test_a_text_is_spoken_once_and_paid_once(quick: Stage, credentials: Any) -> None:
    client = quick.client(credentials)
    first, again = client.run(SPEECH), client.run(SPEECH)
    assert [file.suffix for file in first.files] == [".mp3"]
    assert (again.files, again.paid_before, quick.charges) == (first.files, True, 1)
    assert (first.units, first.unit) == ("0.05", "units")
    assert first.video_id  # the sound's id at Kling


@pytest.mark.parametrize(
    ("owner", "step"),
    [(collect, "download"), (Ledger, "accepted"), (Ledger, "finished"), (Ledger, "collected")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_dies_after_the_answer_the_sound_is_collected_and_not_paid_again(
    quick: Stage, monkeypatch: pytest.MonkeyPatch, owner: Any, step: str
) -> None:
    client = quick.client()
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, _dies)
        with pytest.raises(_Killed):
            client.run(SPEECH)
    result = quick.client().run(SPEECH)
    assert result.files[0].exists()
    assert quick.charges == 1


@pytest.mark.parametrize("step", ["download", "accepted"])
def test_such_a_sound_is_also_collected_by_its_key(quick: Stage, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    client = quick.client()
    with monkeypatch.context() as patched:
        patched.setattr(collect if step == "download" else Ledger, step, _dies)
        with pytest.raises(_Killed):
            client.run(SPEECH)
    (job,) = client.ledger.jobs()
    assert client.collect(job.key).files[0].exists()
    assert quick.charges == 1


@pytest.mark.parametrize("kind", ["drop_after", "error_after", "garbage_after", "drop_before", "error_before"])
def test_an_answer_that_is_lost_is_never_ordered_again_by_itself(quick: Stage, kind: str) -> None:
    """Kling takes no key of ours for it, so a second order would be a second one."""
    quick.fault(kind, operation="tts")
    client = quick.client()
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="may have been charged"):
            client.run(SPEECH)
    made = 1 if kind.endswith("after") else 0
    assert (quick.charges, client.ledger.jobs()[0].state) == (made, State.UNKNOWN)
    client.allow_repeat(client.ledger.jobs()[0].key)
    assert client.run(SPEECH).files[0].exists()
    assert quick.charges == made + 1


def test_a_picture_is_recognized_into_a_mask_for_each_thing(quick: Stage) -> None:
    quick.fault("rate_429", operation="image-recognize")  # turned away: nothing was made, so it is asked again
    shades = np.broadcast_to(np.arange(256, dtype=np.uint8), (512, 256)).repeat(2, axis=1)
    data = cv2.imencode(".png", np.dstack([shades] * 3))[1].tobytes()
    result = quick.client().run(ImageRecognize(Still(data, 512, 512)))
    names = {file.stem.removeprefix(f"{result.job_key}-") for file in result.files}
    assert names == {"object_seg", "head_seg", "face_seg", "cloth_seg"}
    assert quick.charges == 1


def test_a_picture_in_which_nothing_is_found_was_paid_for_as_well(quick: Stage, still: Still) -> None:
    client = quick.client()
    first, again = (client.run(ImageRecognize(still)) for _ in range(2))
    assert (first.files, first.units, again.paid_before) == ((), "0.1", True)
    assert (client.ledger.jobs()[0].state, quick.charges) == (State.COLLECTED, 1)


@pytest.mark.parametrize("credentials", [API_KEY, KEY_PAIR], ids=["API key", "key pair"])
def test_a_sound_whose_file_was_deleted_is_fetched_again_for_nothing(quick: Stage, credentials: Any) -> None:
    client = quick.client(credentials)
    first = client.run(SPEECH)
    first.files[0].unlink()
    assert client.run(SPEECH).files[0].exists()
    client.ledger.drop_answer(f"task {first.job_key}")  # as after 30 days
    first.files[0].unlink()
    with pytest.raises(DownloadFailed, match=r"does not know task[\s\S]*different seed[\s\S]*Charged once"):
        client.run(SPEECH)
    assert quick.charges == 1


def test_a_refusal_is_no_result(quick: Stage) -> None:
    quick.fault("refuse", operation="tts", code=1201, message="Voice id not found")
    with pytest.raises(Refused, match="Voice id not found"):
        quick.client().run(SPEECH)
    assert quick.charges == 0


def test_an_answer_that_the_disk_turns_away_for_a_moment_is_kept_all_the_same(
    quick: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, refused = Ledger.keep_answer, []

    def twice_refused(ledger: Ledger, name: str, *rest: Any) -> None:
        if len(refused) < 2:
            refused.append(name)
            raise LedgerError("The disk is full.")
        keep(ledger, name, *rest)

    monkeypatch.setattr(Ledger, "keep_answer", twice_refused)
    assert quick.client().run(SPEECH).files[0].exists()
    assert (len(refused), quick.charges) == (2, 1)
