"""Uploads: to a bucket whose store checks every signature, and to kie.ai's store; what is told when they fail."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import socket
import sys
import threading
import time
import traceback
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from kling_api.client import Client
from kling_api.errors import Charged, KlingError, MediaError, NotConfigured, NotDelivered, Refused
from kling_api.kie_files import TRIES, KieUploader
from kling_api.media import read_footage, read_sound, write_clip
from kling_api.operations import Avatar, MotionControl
from kling_api.parcel import digest_of
from kling_api.recordings import Footage, Sound
from kling_api.s3 import BucketUploader
from kling_api.sandbox.config import SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile
from kling_api.stills import Still
from kling_api.upload_target import Bucket, KieFiles
from kling_api.uploads import Uploader, no_target, uploader_of

from .bucket_server import ACCESS_KEY, BUCKET, SECRET_KEY, BucketServer, bucket_server
from .raw_server import answer, closed_port, hang_up, raw_server

KEY = "sk-sandbox"


class _Stop(Exception):
    """What a run raises when its user stops it."""


def _never() -> None:
    """A check that lets everything go on."""


def _stop_after(seconds: float) -> Callable[[], None]:
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise _Stop

    return check


@pytest.fixture
def clip(tmp_path: Path) -> Footage:
    frames = (np.full((480, 640, 3), level, np.uint8) for level in range(24))
    write_clip(tmp_path / "dance.mp4", frames, (640, 480), 8)
    return read_footage(tmp_path / "dance.mp4")


@pytest.fixture
def sound(tmp_path: Path) -> Sound:
    with wave.open(str(tmp_path / "speech.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(48_000 * 3) * 0.05) * 12_000).astype("<i2").tobytes())
    return read_sound(tmp_path / "speech.wav")


@pytest.fixture
def store() -> Iterator[BucketServer]:
    with bucket_server() as server:
        yield server


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(folder=tmp_path_factory.mktemp("sandbox"), pace=0, shrink=4)) as running:
        yield running


@pytest.fixture(autouse=True)
def all_logs(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All is logged, and nothing of the user's own setting of boto3 is in force."""
    caplog.set_level(logging.DEBUG)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def _bucket(store: BucketServer, **values: Any) -> Bucket:
    return replace(Bucket(BUCKET, "eu-central-1", store.url, ACCESS_KEY, SECRET_KEY), **values)


def _large(tmp_path: Path) -> Footage:
    """20 MB that nobody has to encode."""
    file = tmp_path / "large.mp4"
    file.write_bytes(bytes(range(256)) * 80_000)
    return Footage(file, 5, 1280, 720, 24, file.stat().st_size, source=digest_of(file))


# A bucket of the user's own


def test_a_clip_lies_in_the_bucket_under_its_digest_and_only_the_signed_url_gives_it_out(
    store: BucketServer, clip: Footage
) -> None:
    url = BucketUploader(_bucket(store, hours=2)).upload(clip, _never)
    key = f"kling-nodes/{clip.digest()[:32]}.mp4"
    assert store.objects == {key: clip.path.read_bytes()}
    assert (store.types[key], store.acls) == ("video/mp4", [])
    assert requests.get(url, timeout=10).content == clip.path.read_bytes()
    assert "X-Amz-Expires=7200" in url
    assert requests.get(url.partition("?")[0], timeout=10).status_code == 403
    assert requests.get(url.replace("7200", "7201"), timeout=10).status_code == 403


def test_a_sound_is_put_there_too(store: BucketServer, sound: Sound) -> None:
    url = BucketUploader(_bucket(store, prefix="")).upload(sound, _never)
    assert list(store.types.items()) == [(f"{sound.digest()[:32]}.wav", "audio/wav")]
    assert requests.get(url, timeout=10).content == sound.data


def test_what_is_there_already_is_not_sent_again_but_what_was_cut_off_is(store: BucketServer, clip: Footage) -> None:
    uploader = BucketUploader(_bucket(store))
    uploader.upload(clip, _never)
    assert requests.get(uploader.upload(clip, _never), timeout=10).content == clip.path.read_bytes()
    assert store.calls == ["HEAD", "PUT", "HEAD", "GET"]
    (key,) = store.objects
    store.objects[key] = store.objects[key][:100]
    uploader.upload(clip, _never)
    assert store.objects[key] == clip.path.read_bytes()


def test_a_large_clip_goes_in_parts(store: BucketServer, tmp_path: Path) -> None:
    clip = _large(tmp_path)
    url = BucketUploader(_bucket(store)).upload(clip, _never)
    assert store.calls[:2] == ["HEAD", "POST uploads"]
    assert store.calls.count("PUT uploadId") == 3
    assert hashlib.sha256(requests.get(url, timeout=10).content).hexdigest() == clip.digest()


def test_a_stop_is_noticed_at_once_even_while_the_store_is_silent(store: BucketServer, tmp_path: Path) -> None:
    store.hanging.set()
    begun = time.monotonic()
    with pytest.raises(_Stop):
        BucketUploader(_bucket(store)).upload(_large(tmp_path), _stop_after(0.5))
    assert time.monotonic() - begun < 5
    assert store.objects == {}


def test_a_stop_between_two_parts_leaves_nothing_behind(store: BucketServer, tmp_path: Path) -> None:
    def check() -> None:
        if store.parts.get(key):
            raise _Stop

    clip = _large(tmp_path)
    key = f"kling-nodes/{clip.digest()[:32]}.mp4"
    store.failures[:] = [(404, "NoSuchKey")]
    store.part_seconds = 0.5
    with pytest.raises(_Stop):
        BucketUploader(_bucket(store)).upload(clip, check)
    _eventually(lambda: "DELETE uploadId" in store.calls or key in store.objects)
    assert store.parts == {}


def _eventually(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_store_that_is_busy_is_asked_again(store: BucketServer, clip: Footage) -> None:
    store.failures[:] = [(503, "SlowDown"), (404, "NoSuchKey"), (500, "InternalError")]
    BucketUploader(_bucket(store)).upload(clip, _never)
    assert store.calls == ["HEAD", "HEAD", "PUT", "PUT"]


def test_a_store_that_stays_busy_is_given_up_and_nothing_was_charged(store: BucketServer, clip: Footage) -> None:
    store.failures[:] = [(503, "SlowDown")] * 20
    with pytest.raises(NotDelivered, match=r"refused the upload: 503|SlowDown") as caught:
        BucketUploader(_bucket(store)).upload(clip, _never)
    assert caught.value.charged is Charged.NO
    assert "Nothing was ordered" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"secret_key": "FAKE_WRONG_SECRET_OF_A_BUCKET"}, "SignatureDoesNotMatch"),
        ({"access_key": "FAKE_WRONG_ACCESS_OF_A_BUCKET"}, "InvalidAccessKeyId"),
        ({"bucket": "somebody-elses"}, "NoSuchBucket"),
    ],
)
def test_a_refusal_of_the_store_is_told_by_its_code(
    store: BucketServer, clip: Footage, changes: dict[str, Any], said: str
) -> None:
    target = replace(_bucket(store), **changes)
    with pytest.raises(NotConfigured, match=f"refused the upload: {said}") as caught:
        BucketUploader(target).upload(clip, _never)
    assert "127.0.0.1" in caught.value.what
    assert "region and endpoint_url" in caught.value.advice


def test_a_store_that_is_not_there_is_told(clip: Footage) -> None:
    target = Bucket(BUCKET, "r", f"http://127.0.0.1:{closed_port()}", "FAKE_ACCESS", "FAKE_SECRET")
    with pytest.raises(NotDelivered, match=f"Bucket {BUCKET} at 127.0.0.1 could not be reached"):
        BucketUploader(target).upload(clip, _never)


@pytest.mark.parametrize("values", [{"access_key": "", "secret_key": ""}, {"bucket": "No Name For A Bucket"}])
def test_settings_that_boto3_cannot_use_are_told(store: BucketServer, clip: Footage, values: dict[str, Any]) -> None:
    with pytest.raises(NotConfigured, match="will not do"):
        BucketUploader(replace(_bucket(store), **values)).upload(clip, _never)


def test_without_keys_boto3_looks_in_its_own_places(
    store: BucketServer, clip: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    assert BucketUploader(_bucket(store, access_key="", secret_key="")).upload(clip, _never)
    assert len(store.objects) == 1


def test_a_store_that_quotes_a_key_that_boto3_found_cannot_make_it_known(
    store: BucketServer, clip: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {name: f"FAKE_{name}_FOUND" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}
    for name, key in keys.items():
        monkeypatch.setenv(name, key)
    store.failures[:] = [(403, "Refused"), (403, f"Refused {' '.join(keys.values())}")]
    with pytest.raises(NotConfigured, match=r"refused the upload: Refused \*\*\* \*\*\* \*\*\* ") as caught:
        BucketUploader(_bucket(store, access_key="", secret_key="")).upload(clip, _never)
    assert "_FOUND" not in str(caught.value)


def test_without_boto3_the_line_that_installs_it_is_told(clip: Footage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "boto3"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(NotConfigured, match="needs the package boto3") as caught:
        BucketUploader(Bucket(BUCKET)).upload(clip, _never)
    assert "pip install" in caught.value.advice


@pytest.mark.parametrize(
    ("endpoint", "begins"),
    [
        ("https://oss-cn-hangzhou.aliyuncs.com", f"https://{BUCKET}.oss-cn-hangzhou.aliyuncs.com/kling-nodes/"),
        ("https://cos.ap-guangzhou.myqcloud.com", f"https://{BUCKET}.cos.ap-guangzhou.myqcloud.com/kling-nodes/"),
        ("https://account.r2.cloudflarestorage.com", f"https://account.r2.cloudflarestorage.com/{BUCKET}/"),
        ("", f"https://{BUCKET}.s3."),
    ],
)
def test_each_store_is_addressed_in_the_way_that_it_knows(endpoint: str, begins: str) -> None:
    target = Bucket(BUCKET, "eu-central-1", endpoint, "FAKE_ACCESS", "FAKE_SECRET")
    place = {"Bucket": BUCKET, "Key": f"{target.prefix}a.mp4"}
    assert BucketUploader(target)._client.generate_presigned_url("get_object", Params=place).startswith(begins)


def test_no_key_and_no_signed_url_is_in_an_error_a_log_or_a_repr(
    store: BucketServer, clip: Footage, caplog: pytest.LogCaptureFixture
) -> None:
    target = _bucket(store)
    uploader = BucketUploader(target)
    url = uploader.upload(clip, _never)
    store.failures[:] = [(403, "AccessDenied"), (403, "AccessDenied")]
    with pytest.raises(NotConfigured) as caught:
        uploader.upload(clip, _never)
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    signature = url.partition("X-Amz-Signature=")[2]
    assert len(signature) == 64
    shown = f"{logged} {target!r} {uploader!r} {caught.value} {_told(caught.value)}"
    assert [word for word in (ACCESS_KEY, SECRET_KEY, signature, "Signature=", "StringToSign") if word in shown] == []


def _told(error: BaseException) -> str:
    """The values of all variables on the way to the error, as some hosts write them into their logs."""
    causes = [error, error.__cause__, error.__context__]
    frames = [frame for cause in causes if cause for frame, _ in traceback.walk_tb(cause.__traceback__)]
    ours = [frame.f_locals for frame in frames if "kling_api" in Path(frame.f_code.co_filename).parts]
    assert ours
    return repr(ours)


def test_the_log_of_others_who_use_boto3_stays_as_it_is(
    store: BucketServer, clip: Footage, caplog: pytest.LogCaptureFixture
) -> None:
    BucketUploader(_bucket(store)).upload(clip, _never)
    caplog.clear()
    logging.getLogger("botocore.auth").debug("of somebody else")
    assert [record.getMessage() for record in caplog.records] == ["of somebody else"]


# kie.ai's own store


def _kie(sandbox: Sandbox) -> KieUploader:
    return KieUploader(KieFiles(f"{sandbox.url}/kie", KEY))


def test_a_clip_and_a_sound_are_kept_and_given_out_as_they_were(sandbox: Sandbox, clip: Footage, sound: Sound) -> None:
    assert requests.get(_kie(sandbox).upload(clip, _never), timeout=10).content == clip.path.read_bytes()
    assert requests.get(_kie(sandbox).upload(sound, _never), timeout=10).content == sound.data


def test_the_form_is_what_the_page_of_kie_asks_for(clip: Footage) -> None:
    body = b'{"code": 200, "data": {"downloadUrl": "https://tempfile.example/kling-nodes/dance.mp4"}}'
    with raw_server(answer(body=body)) as server:
        url = KieUploader(KieFiles(server.url, "sk-FAKE-of-a-test")).upload(clip, _never)
    assert url == "https://tempfile.example/kling-nodes/dance.mp4"
    head, _, form = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/file-stream-upload HTTP/1.1")
    assert b"Authorization: Bearer sk-FAKE-of-a-test" in head
    assert b"Content-Length: %d" % len(form) in head
    name = f"{clip.digest()[:32]}.mp4"
    for part in (b'name="uploadPath"\r\n\r\nkling-nodes\r\n', b'name="fileName"\r\n\r\n%s\r\n' % name.encode()):
        assert part in form
    assert b'name="file"; filename="%s"\r\nContent-Type: video/mp4\r\n\r\n' % name.encode() in form
    assert clip.path.read_bytes() in form


def test_an_upload_that_got_no_answer_is_done_again(sandbox: Sandbox, sound: Sound) -> None:
    faults = [{"kind": kind, "operation": "upload"} for kind in ("drop_before", "error_before", "rate_429")]
    requests.post(f"{sandbox.url}/sandbox/faults", json=faults, timeout=10)
    assert _kie(sandbox).upload(sound, _never).startswith(sandbox.url)


def test_an_upload_that_is_refused_is_told_without_the_key(sandbox: Sandbox, clip: Footage) -> None:
    with pytest.raises(Refused, match="API key is missing or wrong") as caught:
        KieUploader(KieFiles(f"{sandbox.url}/kie", "sk-FAKE-of-nobody")).upload(clip, _never)
    assert "sk-FAKE-of-nobody" not in f"{caught.value} {_told(caught.value)}"
    assert caught.value.charged is Charged.NO


def test_a_store_that_hangs_up_is_given_up_after_some_attempts(sound: Sound) -> None:
    with (
        raw_server(hang_up) as server,
        pytest.raises(NotDelivered, match=f"did not take the upload of .* {TRIES} times") as caught,
    ):
        KieUploader(KieFiles(server.url, "sk-FAKE-of-a-test")).upload(sound, _never)
    assert server.connections == TRIES
    assert "Nothing was ordered" in str(caught.value)


def test_a_stop_is_noticed_while_kie_is_silent(sound: Sound) -> None:
    begun = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = KieFiles(f"http://127.0.0.1:{listener.getsockname()[1]}", "sk-FAKE-of-a-test")
        with pytest.raises(_Stop):
            KieUploader(target).upload(sound, _stop_after(0.3))
    assert time.monotonic() - begun < 3


def test_a_stop_while_a_large_clip_is_on_its_way_ends_the_connection(tmp_path: Path) -> None:
    ended = threading.Event()

    def read_nothing(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            time.sleep(1)
            while connection.recv(1 << 20):
                pass
        ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=read_nothing, args=(listener,))
        thread.start()
        target = KieFiles(f"http://127.0.0.1:{listener.getsockname()[1]}", "sk-FAKE-of-a-test")
        with pytest.raises(_Stop):
            KieUploader(target).upload(_large(tmp_path), _stop_after(0.3))
        assert ended.wait(10)
        thread.join()


# What is uploaded


@pytest.mark.parametrize("change", ["other bytes", "gone"])
def test_a_clip_whose_file_has_changed_is_not_taken_for_the_one_that_was_looked_at(
    sandbox: Sandbox, clip: Footage, change: str
) -> None:
    data = bytearray(clip.path.read_bytes())
    data[-1] ^= 1
    clip.path.unlink() if change == "gone" else clip.path.write_bytes(data)
    with pytest.raises(MediaError, match=r"has changed since|cannot be read") as caught:
        _kie(sandbox).upload(clip, _never)
    assert caught.value.charged is Charged.NO


# Who uploads where


def _profile(dialect: str, name: str = "p", base_url: str = "https://api.example", **values: Any) -> Profile:
    return Profile(name, base_url, dialect, Credentials(api_key="sk-FAKE-of-a-test"), Path(), **values)


def test_a_profile_of_kie_uploads_to_kie_and_any_other_only_where_it_says() -> None:
    assert isinstance(uploader_of(_profile("kie")), KieUploader)
    assert isinstance(uploader_of(_profile("auto", base_url="https://api.kie.ai")), KieUploader)
    assert uploader_of(_profile("official")) is None
    assert isinstance(uploader_of(_profile("official", upload=Bucket(BUCKET))), BucketUploader)
    assert isinstance(uploader_of(_profile("kie", upload=Bucket(BUCKET))), BucketUploader)
    assert isinstance(uploader_of(_profile("flat", upload=KieFiles("https://api.kie.ai", "sk-FAKE"))), KieUploader)


@pytest.mark.parametrize("name", ["sandbox", "sandbox-newapi", "sandbox-kie"])
@pytest.mark.parametrize("ending", ["", "/newapi"])
def test_a_sandbox_keeps_what_it_is_given_itself(sandbox: Sandbox, clip: Footage, name: str, ending: str) -> None:
    key = Credentials(api_key="api-key-kling-sandbox")
    uploader = uploader_of(Profile(name, sandbox.url + ending, "official", key, Path()))
    assert uploader is not None
    assert requests.get(uploader.upload(clip, _never), timeout=10).content == clip.path.read_bytes()


def test_without_a_target_the_three_ways_are_named() -> None:
    said = str(no_target("video_url"))
    for way in ("video_id", "profiles.toml", 'upload = "s3"', "kie.ai profile", "give video_url as a URL"):
        assert way in said
    assert "Not charged." in said


def test_clips_and_sounds_of_ours_become_clips_at_kie(
    sandbox: Sandbox, tmp_path: Path, clip: Footage, sound: Sound
) -> None:
    ours = Client(Profile("test", f"{sandbox.url}/kie", "kie", Credentials(api_key=KEY), tmp_path))
    assert isinstance(ours.uploader, KieUploader)
    picture = Still(_png(), 400, 400)
    assert ours.run(Avatar(picture, sound)).files
    result = ours.run(MotionControl(picture, clip))
    assert result.files
    assert ours.run(MotionControl(picture, clip)).paid_before


def test_errors_of_every_uploader_are_ours(clip: Footage) -> None:
    uploaders: list[Uploader] = [
        BucketUploader(Bucket(BUCKET, "r", "http://127.0.0.1:1", "FAKE_ACCESS", "FAKE_SECRET")),
        KieUploader(KieFiles("http://127.0.0.1:1", "sk-FAKE-of-a-test")),
    ]
    for uploader in uploaders:
        with pytest.raises(KlingError):
            uploader.upload(clip, _never)


def _png() -> bytes:
    import cv2

    return cv2.imencode(".png", np.full((400, 400, 3), 90, np.uint8))[1].tobytes()
