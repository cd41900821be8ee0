"""A planted key is nowhere to be found: not in files, logs, errors, tracebacks, copies or texts of objects."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kling_api.auth import Authorization
from kling_api.cli.app import app, run
from kling_api.client import Client
from kling_api.dialects.wire import Request
from kling_api.errors import (
    DownloadFailed,
    InvalidRequest,
    KlingError,
    LedgerError,
    MediaError,
    NotConfigured,
    NotDelivered,
    NotOffered,
    OutcomeUnknown,
    OverBudget,
    Refused,
    StillRunning,
    TaskFailed,
)
from kling_api.ledger import Wanted
from kling_api.operations import Text2Video
from kling_api.sandbox.config import Account, SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile, load_profile
from kling_api.transport import NoAnswer, Transport, _Bearer

from .conftest import Stage

API_KEY = "api-key-kling-planted0123456789"
ACCESS_KEY = "planted-access-key-abcdefghij"
SECRET_KEY = "planted-secret-key-klmnopqrstuvwxyz0123456789"
PLANTED = (API_KEY, ACCESS_KEY, SECRET_KEY)
#: What a server might quote of us, and a link of its own.
QUOTE = f"bad {API_KEY} {ACCESS_KEY} {SECRET_KEY} at https://cdn.example/a.mp4?signature=hidden"
#: Also a token (a JSON web token begins so) and the signature of a URL.
SECRETS = (*PLANTED, "eyJ", "signature=", "Signature=")
ACCOUNT = Account("planted", (API_KEY,), ACCESS_KEY, SECRET_KEY)
PAIR = Credentials(access_key=ACCESS_KEY, secret_key=SECRET_KEY)
KINDS = {
    "API key": {"KLING_API_KEY": API_KEY},
    "key pair": {"KLING_ACCESS_KEY": ACCESS_KEY, "KLING_SECRET_KEY": SECRET_KEY},
}
JOB = Text2Video(prompt="A paper boat", duration=3)
MAKE = ("text2video", "--prompt", "A paper boat", "--duration", "3")


#: Waits and tries, cut short.
QUICK = {
    "polling.LOCAL_SECONDS": 0.2,
    "submit.UNREACHABLE_AFTER": 0.0,
    "find.LOOK_UP_WAITS": (0.0,),
    "collect.TRIES": 2,
    "run.UNANSWERED_AFTER": 0.0,
}


@dataclass(frozen=True)
class Scene:
    """How an error really comes about: a fault of the server, settings, files of the data folder, a command line."""

    error: type[KlingError]
    arguments: tuple[str, ...] = MAKE
    fault: dict[str, object] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    question: str = ""  # of the client, where the command line has an answer to the error

    def happen(self) -> object:
        return getattr(Client(), self.question)() if self.question else app(list(self.arguments), standalone_mode=False)

    @property
    def typed(self) -> bool:
        """The user has put a key on the command line; then local variables hold it, of course."""
        return any(secret in argument for secret in PLANTED for argument in self.arguments)

    def __str__(self) -> str:
        return self.error.__name__


SCENES = [
    Scene(InvalidRequest, ("collect", API_KEY)),
    Scene(NotConfigured, (*MAKE, "--profile", f"{ACCESS_KEY}|{SECRET_KEY}")),
    Scene(MediaError, ("image2video", "--image", f"{API_KEY}.png"), files={f"{API_KEY}.png": "no picture"}),
    Scene(LedgerError, files={"home/ledger.sqlite3": f"no ledger {API_KEY}" * 100}),
    Scene(NotDelivered, environment={"KLING_BASE_URL": "http://127.0.0.1:9"}),
    Scene(OverBudget, files={"home/profiles.toml": "[default]\nbudget_per_day = 0\n"}),
    Scene(Refused, fault={"kind": "refuse", "message": QUOTE}),
    Scene(
        NotOffered,
        ("doctor",),
        fault={"kind": "refuse", "operation": "costs", "code": 1203, "message": QUOTE},
        question="packs",
    ),
    Scene(OutcomeUnknown, fault={"kind": "error_before", "message": QUOTE}),
    Scene(OutcomeUnknown, fault={"kind": "drop_before", "operation": "any"}),
    Scene(TaskFailed, fault={"kind": "fail_task", "message": QUOTE}),
    Scene(StillRunning, fault={"kind": "never_finish"}, waits={"question.PATIENCE": 0.0}),
    Scene(StillRunning, fault={"kind": "refuse", "operation": "query", "message": QUOTE}),
    Scene(DownloadFailed, fault={"kind": "truncated_download"}),
]


@pytest.fixture(scope="module")
def sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    config = SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=100, accounts=(ACCOUNT,), shrink=4)
    with Sandbox(config) as sandbox:
        yield sandbox


@pytest.fixture
def planted(sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Quick to give up, in an empty working folder; `home` is the data folder."""
    for target, value in QUICK.items():
        monkeypatch.setattr(f"kling_api.{target}", value)
    sandbox.faults.clear()
    return Stage(sandbox, home)


@pytest.fixture
def play(planted: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scene, str], tuple[str, ...]]:
    """Sets a scene for a kind of key; gives the command line that plays it."""

    def set_scene(scene: Scene, kind: str) -> tuple[str, ...]:
        (tmp_path / "home").symlink_to(planted.home)
        for name, text in scene.files.items():
            (tmp_path / name).write_text(text)
        for name, value in ({"KLING_BASE_URL": planted.sandbox.url} | KINDS[kind] | scene.environment).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        for target, value in scene.waits.items():
            monkeypatch.setattr(f"kling_api.{target}", value)
        if scene.fault:
            planted.fault(**{"times": None, **scene.fault})  # pyright: ignore[reportArgumentType]
        return scene.arguments

    return set_scene


def subclasses(of: type[KlingError]) -> set[type[KlingError]]:
    return set(of.__subclasses__()).union(*(subclasses(kind) for kind in of.__subclasses__()))


def test_every_error_has_its_scene() -> None:
    assert {scene.error for scene in SCENES} == subclasses(KlingError)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_no_error_shows_a_key(
    planted: Stage,
    play: Callable[[Scene, str], tuple[str, ...]],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    scene: Scene,
    kind: str,
) -> None:
    arguments = play(scene, kind)
    with pytest.raises(scene.error) as caught:
        scene.happen()
    assert type(caught.value) is scene.error
    assert_clean(texts_of(caught.value) + ([] if scene.typed else local_variables(caught.value)))
    ended = {run(arguments), run([*arguments, "--json"])}
    assert scene.question or 0 not in ended
    printed = capsys.readouterr()
    assert printed.out
    assert scene.question or printed.err
    assert_clean([printed.out, printed.err])
    assert_clean(texts_of_log(caplog))
    planted_there = {Path(name).name for name in scene.files if name.startswith("home/")}
    assert {file.name for file in bytes_with_secrets(planted.home)} <= planted_there


@pytest.mark.parametrize("credentials", [Credentials(api_key=API_KEY), PAIR], ids=list(KINDS))
def test_a_job_that_ends_well_shows_no_key_and_writes_none(
    make_stage: Callable[..., Stage], caplog: pytest.LogCaptureFixture, credentials: Credentials
) -> None:
    stage = make_stage(accounts=(ACCOUNT,))
    stage.fault("drop_after")
    client = Client(Profile("planted", stage.sandbox.url, "official", credentials, stage.home))
    result = client.run(JOB)
    authorization = Authorization(credentials)
    objects = (client.profile, credentials, client, client.transport, authorization, _Bearer(authorization), result)
    texts = [text for one in objects for text in (repr(one), str(one), f"{one}")]
    texts += [repr(vars(one)) for one in (client, client.transport, client.ledger, result)]
    texts += [repr(job) for job in client.ledger.jobs()]
    assert_clean(texts)
    assert_clean(texts_of_log(caplog))
    assert {file.name for file in stage.home.iterdir()} >= {f"ledger.sqlite3{end}" for end in ("", "-wal", "-shm")}
    assert bytes_with_secrets(stage.home) == []
    assert bytes_with_secrets(stage.sandbox.config.folder) == []


@pytest.mark.parametrize("credentials", [Credentials(api_key=API_KEY), PAIR], ids=list(KINDS))
@pytest.mark.parametrize("fault", ["drop_before", "nobody there"])
def test_what_the_http_library_knows_stays_behind(planted: Stage, credentials: Credentials, fault: str) -> None:
    """Its exceptions hold the request with its headers."""
    planted.fault("drop_before", times=None, operation="any")
    url = planted.sandbox.url if fault == "drop_before" else "http://127.0.0.1:9"
    with pytest.raises((NoAnswer, NotDelivered)) as caught:
        Transport(url, Authorization(credentials)).send(Request("POST", "/v1/videos/text2video", {"prompt": "x"}))
    assert_clean(texts_of(caught.value))
    assert_clean(local_variables(caught.value))
    assert not any(hasattr(error, "request") for error in chain(caught.value))


@pytest.mark.parametrize("kind", [KlingError, *sorted(subclasses(KlingError), key=str)])
def test_an_error_masks_whatever_it_is_given(kind: type[KlingError]) -> None:
    for secret in PLANTED:
        Credentials(api_key=secret)
    ids = {"code": QUOTE, "job_key": QUOTE, "task_id": QUOTE, "request_id": QUOTE}
    error = kind(QUOTE, QUOTE, **ids)  # pyright: ignore[reportArgumentType]
    assert_clean([str(error), repr(error), repr(error.args), error.what, error.advice])
    for again in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is kind
        assert str(again) == str(error)
        assert (again.what, again.charged) == (error.what, error.charged)
    assert_clean([repr(vars(error)), pickle.dumps(error).decode("latin-1")])


def texts_of(error: BaseException) -> list[str]:
    """All that a program may print of an error: with its whole chain, also what was raised `from None`."""
    texts = ["".join(traceback.format_exception(error)), pickle.dumps(error).decode("latin-1")]
    for one in chain(error):
        texts += [str(one), repr(one), repr(vars(one)), repr(one.args), *getattr(one, "__notes__", [])]
    return texts


def local_variables(error: BaseException) -> list[str]:
    """What tools show that print the variables of each frame; those of this file hold all keys."""
    found: list[str] = []
    for one in chain(error):
        stack = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), capture_locals=True)
        found += [f"{frame.name}: {frame.locals}" for frame in stack if frame.filename != __file__]
    return found


def chain(error: BaseException | None) -> Iterator[BaseException]:
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        yield from chain(error.__context__)


def texts_of_log(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Of all libraries, and of the sandbox, which runs in this process."""
    assert logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
    return [f"{caplog.handler.format(record)} {record.args!r}" for record in caplog.records]


def bytes_with_secrets(folder: Path | None) -> list[Path]:
    assert folder
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if any(secret.encode() in file.read_bytes() for secret in PLANTED)]


def assert_clean(texts: list[str]) -> None:
    for text in texts:
        found = [secret for secret in SECRETS if secret in text]
        assert not found, f"{found} in {text}"


def test_a_key_that_a_server_quotes_is_masked_also_when_the_profile_was_made_by_hand(
    make_stage: Callable[..., Stage],
) -> None:
    odd = "myOddKey!x9"
    stage = make_stage(accounts=(Account("odd", (odd,)),))
    stage.fault("refuse", code=1201, message=f"bad value near {odd}")
    client = Client(Profile("odd", stage.sandbox.url, "official", Credentials(api_key=odd), stage.home))
    with pytest.raises(KlingError) as caught:
        client.run(JOB)
    assert odd not in str(caught.value)
    assert odd not in repr(client.ledger.jobs())


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/a.mp4?e:1=2&Signature=hidden",
        "https://cdn.example/a.mp4?a(1)=2&s=hidden",
        "https://cdn.example/a.mp4?hidden",
        "https://cdn.example/a.mp4#Signature=hidden",
        "https://cdn.example/a.mp4?x=)hidden'hidden",
        r"https:\/\/cdn.example\/a.mp4?$a=1&Signature=hidden",
        "Authorization: Basic hidden",
    ],
)
def test_what_follows_the_address_in_a_url_is_masked(url: str) -> None:
    assert "hidden" not in str(KlingError(f"It broke at {url} today."))


def test_a_key_in_the_place_of_a_profiles_name_is_not_repeated(stage: Stage) -> None:
    with pytest.raises(KlingError) as caught:
        load_profile("AKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|SKxxxxxxxxxxxxxxxxxxxx", stage.home)
    assert "xxxx" not in str(caught.value).replace(str(stage.home), "")


@pytest.mark.parametrize(
    "pasted", ["planted0123456789planted01234567", "planted0123456789|planted0123456789planted0123456"]
)
@pytest.mark.parametrize("operation", ["", "text2video"])
def test_a_key_in_the_place_of_a_job_or_task_is_not_repeated(stage: Stage, pasted: str, operation: str) -> None:
    """It was never a key of a profile here, so only its length can tell."""
    client = stage.client()
    for ask in (lambda: client.collect(pasted, operation=operation), lambda: client.allow_repeat(pasted)):
        with pytest.raises(KlingError) as caught:
            ask()
        assert "planted" not in f"{caught.value} {vars(caught.value)}"
    assert "planted" not in repr(client.ledger.jobs(Wanted(forgotten=True)))
