"""Profiles and keys: which one is in force, and that none of them shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kling_api.auth import Authorization
from kling_api.dialects import dialect_of
from kling_api.dialects.wire import KeyKind
from kling_api.errors import NotConfigured
from kling_api.profile import sandbox_names
from kling_api.redaction import redact
from kling_api.settings import (
    GLOBAL_URL,
    Credentials,
    Profile,
    data_folder,
    home_is_configured,
    is_loopback,
    load_profile,
    profile_names,
    read_profiles,
)
from kling_api.upload_target import Bucket, KieFiles

KEY = "api-key-kling-FAKE-of-the-environment"
FILE_KEY = "api-key-kling-FAKE-of-the-file"
PROFILES = f"""
[default]
api_key = "{FILE_KEY}"

[studio]
access_key = "AK_FAKE_STUDIO"
secret_key = "SK_FAKE_STUDIO"
base_url = "https://gateway.example/kling/"
dialect = "official"
"""


@pytest.fixture
def profiles(home: Path) -> Path:
    (home / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    return home


def test_the_default_profile_needs_nothing_but_a_key_in_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    profile = load_profile()
    assert (profile.name, profile.base_url, profile.dialect) == ("default", GLOBAL_URL, "auto")
    assert profile.credentials.api_key == KEY
    assert profile.home == home


def test_the_environment_comes_before_the_file(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_profile().credentials.api_key == FILE_KEY
    monkeypatch.setenv("KLING_API_KEY", "sk-FAKE-of-a-gateway")
    monkeypatch.setenv("KLING_BASE_URL", "https://other.example")
    monkeypatch.setenv("KLING_DIALECT", "kie")
    profile = load_profile()
    assert profile.credentials == Credentials(api_key="sk-FAKE-of-a-gateway")
    assert (profile.base_url, profile.dialect) == ("https://other.example", "kie")


def test_a_key_pair_in_the_environment_replaces_the_api_key_of_the_file(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_ACCESS_KEY", "AK_FAKE_ENV")
    monkeypatch.setenv("KLING_SECRET_KEY", "SK_FAKE_ENV")
    assert load_profile().credentials == Credentials(access_key="AK_FAKE_ENV", secret_key="SK_FAKE_ENV")


def test_half_a_key_in_the_environment_is_not_completed_from_the_file(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_PROFILE", "studio")
    monkeypatch.setenv("KLING_ACCESS_KEY", "AK_FAKE_ENV")
    with pytest.raises(NotConfigured, match=r"has no (access|secret) key"):
        load_profile()


def test_a_profile_chosen_in_a_node_never_pays_with_the_key_of_the_environment(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_BASE_URL", "https://other.example")
    profile = load_profile("studio")
    assert profile.credentials == Credentials(access_key="AK_FAKE_STUDIO", secret_key="SK_FAKE_STUDIO")
    assert profile.base_url == "https://gateway.example/kling"


def test_kling_profile_makes_another_profile_the_default_one(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_PROFILE", " studio ")
    assert load_profile().name == "studio"
    assert load_profile("default").credentials.api_key == FILE_KEY


def test_the_longer_names_of_the_key_variables_work_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_AI_ACCESS_KEY", "AK_FAKE_LONG")
    monkeypatch.setenv("KLING_AI_SECRET_KEY", "SK_FAKE_LONG")
    assert load_profile().credentials == Credentials(access_key="AK_FAKE_LONG", secret_key="SK_FAKE_LONG")
    monkeypatch.setenv("KLING_ACCESS_KEY", "AK_FAKE_SHORT")
    assert load_profile().credentials.access_key == "AK_FAKE_SHORT"


def test_a_key_with_a_bar_is_split_into_access_key_and_secret_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_API_KEY", "AK_FAKE_A | SK_FAKE_B")
    assert load_profile().credentials == Credentials(access_key="AK_FAKE_A", secret_key="SK_FAKE_B")


@pytest.mark.parametrize("halves", ["AK_FAKE_A|", "|SK_FAKE_B"])
def test_a_key_with_a_bar_and_one_half_is_half_a_key(home: Path, monkeypatch: pytest.MonkeyPatch, halves: str) -> None:
    monkeypatch.setenv("KLING_API_KEY", halves)
    with pytest.raises(NotConfigured, match=r"has no (access|secret) key"):
        load_profile()


@pytest.mark.parametrize("name", ["KLING_ACCESS_KEY", "KLING_SECRET_KEY", "KLING_AI_SECRET_KEY"])
def test_half_a_key_says_so(home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "FAKE_HALF_OF_A_KEY")
    with pytest.raises(NotConfigured, match=r"has no (access|secret) key") as caught:
        load_profile()
    assert "FAKE_HALF" not in str(caught.value)


def test_no_key_at_all_says_what_to_set_where(home: Path) -> None:
    with pytest.raises(NotConfigured) as caught:
        load_profile()
    assert caught.value.what == "Profile default has no key."
    for hint in ("KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_SECRET_KEY", str(home / "profiles.toml"), "sandbox"):
        assert hint in caught.value.advice


@pytest.mark.parametrize("key", ["api-key-FAKE with space", "api-key-FAKE\u00a0end", "ключ-FAKE-key"])
def test_a_key_with_a_sign_that_no_key_has_is_refused_without_showing_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("KLING_API_KEY", key)
    with pytest.raises(NotConfigured, match="Copy it again") as caught:
        load_profile()
    assert "FAKE" not in str(caught.value)


def test_an_unknown_profile_is_answered_with_the_known_names(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    with pytest.raises(NotConfigured) as caught:
        load_profile("studoi")
    assert "There is no profile 'studoi'." in caught.value.what
    assert "default, studio, sandbox" in caught.value.advice


def test_the_names_for_menus_hold_the_chosen_one_first_and_the_sandboxes_last(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert profile_names() == ["default", "studio", *sandbox_names()]
    monkeypatch.setenv("KLING_PROFILE", "studio")
    assert profile_names() == ["studio", "default", *sandbox_names()]


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{FILE_KEY}',
        f"[studio]\napi_key = {FILE_KEY}",
        f'[studio\napi_key = "{FILE_KEY}"',
        f'api_key = "{FILE_KEY}"',
        f'[studio]\nkey = "{FILE_KEY}"',
        f'[studio]\napi_key = ["{FILE_KEY}"]',
    ],
)
def test_a_broken_profiles_file_is_named_and_not_quoted(home: Path, text: str) -> None:
    (home / "profiles.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NotConfigured) as caught:
        load_profile("studio")
    assert str(home / "profiles.toml") in caught.value.what
    assert "FAKE" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_profiles_file_that_is_no_text_is_named(home: Path) -> None:
    (home / "profiles.toml").write_bytes(b"\xff\xfe[\x00s\x00")
    with pytest.raises(NotConfigured, match="is not UTF-8 text"):
        read_profiles(home)


def test_a_profiles_file_with_the_mark_of_a_windows_editor_is_read(home: Path) -> None:
    (home / "profiles.toml").write_text(PROFILES, encoding="utf-8-sig")
    assert load_profile("studio").credentials.access_key == "AK_FAKE_STUDIO"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example",
        "http://10.0.0.5:8000",
        "ftp://api.example",
        "api.example",
        "https://",
        "http://[",
        "https://api.example:port",
        "https://user:FAKEpassword@api.example",
        "https://api.example/?key=FAKEpassword",
    ],
)
def test_a_base_url_that_would_not_do_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_BASE_URL", url)
    with pytest.raises(NotConfigured, match=r"base URL|plain http") as caught:
        load_profile()
    assert "FAKEpassword" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123", "http://localhost:1", "http://[::1]:1", "http://127.8.9.1"])
def test_plain_http_is_allowed_on_this_machine_only(home: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_BASE_URL", url)
    assert load_profile().base_url == url
    assert load_profile().is_local


@pytest.mark.parametrize(
    "url", ["http://localhost.example", "https://127.0.0.1.example", "http://2130706433", "http://["]
)
def test_what_only_looks_like_this_machine_is_not(url: str) -> None:
    assert not is_loopback(url)


def test_an_unknown_dialect_is_answered_with_the_known_ones(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_DIALECT", "klingon")
    with pytest.raises(NotConfigured, match="klingon") as caught:
        load_profile()
    assert "auto, official, newapi, flat, unified, kie, wrapper" in caught.value.advice


def test_the_sandbox_is_always_there_and_never_uses_a_real_key(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_BASE_URL", "https://other.example")
    profile = load_profile("sandbox")
    assert profile.is_sandbox
    assert profile.is_local
    assert profile.base_url == ""
    assert profile.credentials == Credentials(api_key="api-key-kling-sandbox")


def test_a_table_called_sandbox_in_the_file_does_not_leave_the_machine(home: Path) -> None:
    (home / "profiles.toml").write_text(
        f'[sandbox]\napi_key = "{FILE_KEY}"\nbase_url = "https://other.example"\n', encoding="utf-8"
    )
    profile = load_profile("sandbox")
    assert profile.base_url == ""
    assert profile.credentials.api_key != FILE_KEY


def test_the_sandbox_as_the_default_profile_takes_a_base_url_on_this_machine_only(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_PROFILE", "sandbox")
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_BASE_URL", "http://127.0.0.1:4567/")
    assert load_profile().base_url == "http://127.0.0.1:4567"
    assert load_profile().credentials.api_key != KEY
    for elsewhere in ("https://api.example", "http://["):
        monkeypatch.setenv("KLING_BASE_URL", elsewhere)
        with pytest.raises(NotConfigured, match="not on this machine"):
            load_profile()


def test_no_key_shows_when_profile_or_credentials_are_printed(profiles: Path) -> None:
    for profile, secrets in (
        (load_profile(), [FILE_KEY]),
        (load_profile("studio"), ["AK_FAKE_STUDIO", "SK_FAKE_STUDIO"]),
    ):
        shown = f"{profile!r} {profile} {profile.credentials!r} {profile.credentials} {profile.credentials.describe()}"
        assert not [secret for secret in secrets if secret in shown]
        assert profile.name in shown


def test_a_key_of_any_look_is_taken_out_of_every_text_once_its_profile_is_loaded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_ACCESS_KEY", "odd_FAKE_access_that_no_pattern_knows")
    monkeypatch.setenv("KLING_SECRET_KEY", "odd_FAKE_secret_that_no_pattern_knows")
    load_profile()
    said = "odd_FAKE_access_that_no_pattern_knows and odd_FAKE_secret_that_no_pattern_knows"
    assert redact(said) == "*** and ***"


def _account(base_url: str, credentials: Credentials) -> str:
    return Profile("any", base_url, "auto", credentials, Path()).account()


def test_each_key_at_each_host_is_an_account_of_its_own_and_hides_the_key() -> None:
    keys = [
        Credentials(api_key="FAKE_ONE"),
        Credentials(api_key="FAKE_TWO"),
        Credentials("", "FAKE_THREE", "FAKE_SECRET"),
    ]
    hosts = ["https://one.example", "https://two.example", "https://one.example:8443"]
    accounts = [_account(host, key) for host in hosts for key in keys]
    assert len(set(accounts)) == len(accounts)
    assert not any("FAKE" in account for account in accounts)


def test_an_account_stays_the_same_for_another_profile_name_or_path_or_secret_key() -> None:
    one = Profile("one", "https://one.example/a", "auto", Credentials("", "FAKE_AK", "FAKE_SK"), Path())
    two = Profile("two", "https://one.example/b", "auto", Credentials("", "FAKE_AK", "FAKE_SK_RENEWED"), Path())
    assert one.account() == two.account()


def test_the_data_folder_is_kling_home_else_the_folder_for_user_data(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data_folder() == home
    assert home_is_configured()
    monkeypatch.delenv("KLING_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert data_folder() == tmp_path / "kling"
    assert not home_is_configured()
    monkeypatch.setenv("KLING_HOME", "~/kling-data")
    assert data_folder() == Path.home() / "kling-data"


def test_an_invalid_file_names_the_line_and_the_usual_slip_but_quotes_nothing(home: Path) -> None:
    (home / "profiles.toml").write_text("[default]\n\n[工作室]\napi_key = 'sk-xxxxxxxx'\n", encoding="utf-8")
    with pytest.raises(NotConfigured, match=r"is not valid TOML \(line 3\)") as caught:
        load_profile()
    assert '["工作室"]' in caught.value.advice
    assert "sk-" not in str(caught.value)


def test_there_is_a_sandbox_profile_for_each_dialect(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    (home / "profiles.toml").write_text("[sandbox-kie]\nmax_parallel = 2\n", encoding="utf-8")
    profile = load_profile("sandbox-kie")
    assert (profile.dialect, profile.base_url, profile.is_sandbox) == ("kie", "", True)
    assert (profile.account(), profile.limits.max_parallel) == ("sandbox-kie", 2)
    assert KEY not in profile.credentials.api_key
    assert {"sandbox", "sandbox-newapi", "sandbox-wrapper"} <= set(profile_names())
    monkeypatch.setenv("KLING_PROFILE", "sandbox")
    monkeypatch.setenv("KLING_DIALECT", "flat")
    assert load_profile().name == "sandbox-flat"
    monkeypatch.setenv("KLING_DIALECT", "auto")
    assert load_profile().name == "sandbox"


def test_a_dialect_brings_its_usual_address_and_strips_what_people_add_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_API_KEY", "sk-FAKE-of-a-gateway")
    monkeypatch.setenv("KLING_DIALECT", "kie")
    assert load_profile().base_url == "https://api.kie.ai"
    monkeypatch.setenv("KLING_BASE_URL", "https://api.kie.ai/api/v1/")
    assert load_profile().base_url == "https://api.kie.ai"
    monkeypatch.setenv("KLING_DIALECT", "auto")
    assert dialect_of(load_profile()).name == "kie"
    assert load_profile().base_url == "https://api.kie.ai"
    monkeypatch.setenv("KLING_BASE_URL", "https://gateway.example/kling/v1")
    assert load_profile().base_url == "https://gateway.example/kling"


@pytest.mark.parametrize("dialect", ["newapi", "flat", "unified", "wrapper"])
def test_a_dialect_without_a_usual_address_asks_for_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    monkeypatch.setenv("KLING_API_KEY", "sk-FAKE-of-a-gateway")
    monkeypatch.setenv("KLING_DIALECT", dialect)
    with pytest.raises(NotConfigured, match=f"dialect {dialect} has no usual address") as caught:
        load_profile()
    assert "KLING_BASE_URL" in caught.value.advice


@pytest.mark.parametrize(
    ("dialect", "host", "taken"),
    [
        ("newapi", "gateway.example", False),
        ("newapi", "api.klingai.com", True),
        ("newapi", "klingai.com", True),
        ("newapi", "kling.kuaishou.com", True),
        ("newapi", "kling.kuaishou.com.evil.example", False),
        ("flat", "gateway.example", False),
        ("kie", "api.kie.ai", False),
        ("unified", "service.example", True),
        ("wrapper", "service.example", False),
    ],
)
def test_a_secret_key_goes_only_where_a_token_is_made_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, dialect: str, host: str, taken: bool
) -> None:
    monkeypatch.setenv("KLING_API_KEY", "AK_FAKE_OF_SOMEBODY|SK_FAKE_OF_SOMEBODY")
    monkeypatch.setenv("KLING_BASE_URL", f"https://{host}")
    monkeypatch.setenv("KLING_DIALECT", dialect)
    if taken:
        assert load_profile().credentials.kind is KeyKind.PAIR
        return
    with pytest.raises(NotConfigured, match="not an access key with its secret key") as caught:
        load_profile()
    assert "FAKE" not in str(caught.value)


def test_a_service_that_asks_for_no_key_needs_none_and_may_be_on_the_local_network(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_DIALECT", "wrapper")
    monkeypatch.setenv("KLING_BASE_URL", "http://192.168.1.20:8000/api/v1")
    profile = load_profile()
    assert (profile.credentials.kind, profile.base_url) == (KeyKind.NONE, "http://192.168.1.20:8000")
    assert Authorization(profile.credentials).header() == ""
    monkeypatch.setenv("KLING_API_KEY", "sk-FAKE-of-a-gateway")
    with pytest.raises(NotConfigured, match="over plain http"):
        load_profile()


@pytest.mark.parametrize("dialect", ["newapi", "flat", "kie", "wrapper"])
def test_a_key_of_klings_own_platform_is_not_sent_to_another_provider(
    home: Path, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    monkeypatch.setenv("KLING_API_KEY", KEY)
    monkeypatch.setenv("KLING_BASE_URL", "https://gateway.example")
    monkeypatch.setenv("KLING_DIALECT", dialect)
    with pytest.raises(NotConfigured, match="one of Kling's own platform"):
        load_profile()


def test_a_key_in_the_environment_is_not_given_to_a_service_of_the_file_that_asks_for_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[default]\nbase_url = "https://service.example"\ndialect = "wrapper"\n'
    (home / "profiles.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("KLING_API_KEY", "sk-FAKE-of-a-gateway")
    assert load_profile().credentials.kind is KeyKind.NONE
    monkeypatch.setenv("KLING_BASE_URL", "https://proxy.example")
    assert load_profile().credentials.kind is KeyKind.API_KEY


def test_two_services_without_keys_on_one_host_are_two_accounts(home: Path) -> None:
    text = '[a]\nbase_url = "https://s.example/a"\ndialect = "wrapper"\n'
    (home / "profiles.toml").write_text(text + text.replace("a]", "b]").replace("/a", "/b"), encoding="utf-8")
    assert load_profile("a").account() != load_profile("b").account()


# Uploads

STUDIO = '[studio]\napi_key = "api-key-kling-FAKE-of-the-studio"\n'
BUCKET = """upload = "s3"

[studio.s3]
bucket = "studio-clips"
region = "eu-central-1"
endpoint_url = "https://s3.example/"
access_key = "FAKE_ACCESS_OF_A_BUCKET"
secret_key = "FAKE_SECRET_OF_A_BUCKET"
"""
KIE = '[films]\ndialect = "kie"\napi_key = "sk-FAKE-of-films-at-kie"\n'


def _studio(home: Path, text: str) -> Profile:
    (home / "profiles.toml").write_text(text, encoding="utf-8")
    return load_profile("studio")


def test_a_bucket_has_a_table_of_its_own_below_the_profile(home: Path) -> None:
    keys = ("FAKE_ACCESS_OF_A_BUCKET", "FAKE_SECRET_OF_A_BUCKET")
    usual = Bucket("studio-clips", "eu-central-1", "https://s3.example", *keys)
    assert _studio(home, STUDIO + BUCKET).upload == usual
    assert (usual.prefix, usual.hours) == ("kling-nodes/", 24)
    other = replace(usual, prefix="a/b-", hours=48)
    assert _studio(home, f'{STUDIO}{BUCKET}prefix = "a/b-"\nhours = 48\n').upload == other
    assert _studio(home, f'{STUDIO}upload = "s3"\n[studio.s3]\nbucket = "b"\n').upload == Bucket("b")
    assert _studio(home, STUDIO).upload is None


def test_no_key_of_a_bucket_shows(home: Path) -> None:
    profile = _studio(home, STUDIO + BUCKET)
    assert "FAKE" not in f"{profile!r} {profile.upload!r}"
    assert redact("FAKE_SECRET_OF_A_BUCKET and FAKE_ACCESS_OF_A_BUCKET") == "*** and ***"


def test_the_bucket_stays_when_another_account_of_the_environment_pays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "profiles.toml").write_text(
        (STUDIO + BUCKET).replace("studio]", "default]").replace("[studio.", "[default.")
    )
    monkeypatch.setenv("KLING_API_KEY", KEY)
    assert load_profile().credentials.api_key == KEY
    assert isinstance(load_profile().upload, Bucket)


def test_a_profile_of_kie_keeps_the_files_of_another_profile(home: Path) -> None:
    profile = _studio(home, f'{STUDIO}upload = "films"\n{KIE}')
    assert profile.upload == KieFiles("https://api.kie.ai", "sk-FAKE-of-films-at-kie")
    assert "FAKE" not in repr(profile)
    assert load_profile("films").upload is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STUDIO + 'upload = "s3"\n', 'upload is "s3", but no bucket is named'),
        (STUDIO + 'upload = "s3"\n[studio.s3]\nregion = "r"\n', "no bucket is named"),
        (STUDIO + '[studio.s3]\nbucket = "b"\n', "describes a bucket, but does not use it"),
        (STUDIO + 's3 = "b"\n', "wrong value for s3"),
        (STUDIO + "upload = 7\n", "wrong value for upload"),
        (STUDIO + BUCKET + 'acl = "public-read"\n', "[studio.s3] has the unknown setting 'acl'"),
        (STUDIO + BUCKET + "prefix = 7\n", "[studio.s3] has a wrong value for prefix"),
        (STUDIO + BUCKET + 'prefix = "/a"\n', "the prefix of its bucket is '/a'"),
        (STUDIO + BUCKET + 'prefix = "a?b"\n', "the prefix of its bucket is 'a?b'"),
        (STUDIO + BUCKET + 'prefix = "../a"\n', "the prefix of its bucket is '../a'"),
        (STUDIO + BUCKET + "hours = 0\n", "hours is '0'"),
        (STUDIO + BUCKET + "hours = 169\n", "hours is '169'"),
        (STUDIO + BUCKET + "hours = 1.5\n", "hours is '1.5'"),
        (STUDIO + BUCKET + "hours = true\n", "[studio.s3] has a wrong value for hours"),
        ((STUDIO + BUCKET).replace('secret_key = "FAKE_SECRET_OF_A_BUCKET"', ""), "[studio.s3] has no secret_key"),
        ((STUDIO + BUCKET).replace('access_key = "FAKE_ACCESS_OF_A_BUCKET"', ""), "[studio.s3] has no access_key"),
        ((STUDIO + BUCKET).replace("FAKE_ACCESS_OF", "FAKE ACCESS"), "a key in [studio.s3] holds a space"),
        ((STUDIO + BUCKET).replace("https://s3.example/", "http://s3.example"), "over plain http"),
        ((STUDIO + BUCKET).replace("https://s3.example/", "s3.example"), "endpoint_url of its bucket is not"),
        ((STUDIO + BUCKET).replace("https://s3.example/", "https://u:FAKE@s3.example"), "endpoint_url of its bucket"),
        ((STUDIO + BUCKET).replace("https://s3.example/", "https://["), "endpoint_url of its bucket is not"),
        (STUDIO + 'upload = "sk-FAKE-of-films-at-kie"\n' + KIE, 'upload is neither "s3" nor the name of a profile'),
        (STUDIO + 'upload = "sandbox-kie"\n', 'upload is neither "s3" nor the name of a profile'),
        (STUDIO + 'upload = "studio"\n', "but dialect official has no store for files"),
        (STUDIO + 'upload = "films"\n[films]\ndialect = "kie"\n', "Profile films has no key"),
    ],
)
def test_each_upload_setting_that_will_not_do_has_a_sentence_and_shows_no_key(home: Path, text: str, said: str) -> None:
    with pytest.raises(NotConfigured) as caught:
        _studio(home, text)
    assert said in str(caught.value)
    assert caught.value.advice
    assert "FAKE" not in str(caught.value)


def test_plain_http_to_a_bucket_is_for_this_machine_alone(home: Path) -> None:
    upload = _studio(home, (STUDIO + BUCKET).replace("https://s3.example", "http://127.0.0.1:9000")).upload
    assert isinstance(upload, Bucket)
    assert upload.endpoint_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize("text", ['[sandbox]\nupload = "s3"\n', '[sandbox-kie]\n[sandbox-kie.s3]\nbucket = "b"\n'])
def test_a_sandbox_takes_no_upload_target(home: Path, text: str) -> None:
    (home / "profiles.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NotConfigured, match="a sandbox takes no upload target"):
        load_profile(text.partition("]")[0].removeprefix("["))
