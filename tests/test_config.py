"""Settings: what the environment may say, and the one sentence that answers a mistake."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.config import Settings, SettingsError, unknown_names, variable
from bot.config_table import markdown, rows

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting of the machine that runs the tests, and an empty working directory."""
    for name in [name for name in os.environ if name.startswith("LOOKBACK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sentence(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of one wrong value."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    return str(caught.value)


def test_nothing_set_gives_the_defaults_of_the_plan() -> None:
    settings = Settings.load()
    assert settings.token is None
    assert (settings.model, settings.database) == ("ViT-B-32:openai", Path("lookback.db"))
    assert (settings.album_wait, settings.answer_photos, settings.fresh) == (1.5, 5, 120.0)
    assert settings.allowed_chats == frozenset()


def test_every_setting_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "TOKEN": TOKEN, "MODEL": "pocket", "DATABASE": "/a/b.db", "API_URL": "http://localhost:8081/",
        "ALLOWED_CHATS": "-1001, -42,7", "ALBUM_WAIT": "0.2", "THRESHOLD": "0.8", "ANSWER_PHOTOS": "3",
        "FRESH": "60", "CLUSTER_ALBUMS": "2", "RETENTION_DAYS": "90", "GRACE_DAYS": "7", "DEVICE": "cuda:1",
        "BATCH": "8", "MAX_PIXELS": "1000",
        "WEBHOOK_URL": "http://10.0.0.1:9/x", "WEBHOOK_LISTEN": "0.0.0.0", "WEBHOOK_PORT": "9",
        "WEBHOOK_SECRET": "abc_-1", "LOG_LEVEL": "debug",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"LOOKBACK_{name}", value)
    settings = Settings.load()
    assert {variable(field) for field in Settings.model_fields} == {f"LOOKBACK_{name}" for name in given}
    assert settings.secrets() == (TOKEN, "abc_-1")
    assert settings.allowed_chats == frozenset({-1001, -42, 7})
    assert (settings.api_url, settings.webhook_url) == ("http://localhost:8081", "http://10.0.0.1:9/x")
    assert (settings.database, settings.device, settings.log_level) == (Path("/a/b.db"), "cuda:1", "DEBUG")
    changed = {field for field in Settings.model_fields if getattr(settings, field) != getattr(Settings(), field)}
    assert changed == set(Settings.model_fields)


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.setenv(variable(field), "")
    assert Settings.load().model_dump() == Settings().model_dump()


def test_the_env_file_is_read_and_the_environment_wins(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text(f"LOOKBACK_TOKEN={TOKEN}\nLOOKBACK_BATCH=4\nOTHER=1\n")
    monkeypatch.setenv("LOOKBACK_BATCH", "5")
    assert (Settings.load().require_token(), Settings.load().batch) == (TOKEN, 5)


def test_settings_built_in_a_program_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKBACK_BATCH", "5")
    assert Settings(model="pocket").batch == 16


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN", "two words"), ("TOKEN", "123/456"), ("TOKEN", "   "), ("MODEL", "  "), ("DATABASE", ".."),
        ("API_URL", "bots.example.org"), ("API_URL", "https://user:pw@host"), ("API_URL", "http://host:port"),
        ("ALLOWED_CHATS", "-1001,friends"), ("ALBUM_WAIT", "-1"), ("ALBUM_WAIT", "nan"), ("ALBUM_WAIT", "soon"),
        ("THRESHOLD", "80"), ("ANSWER_PHOTOS", "0"), ("ANSWER_PHOTOS", "11"), ("ANSWER_PHOTOS", "2.5"),
        ("FRESH", "inf"), ("CLUSTER_ALBUMS", "-1"), ("DEVICE", "gpu"), ("BATCH", "0"), ("MAX_PIXELS", "0"),
        ("WEBHOOK_URL", "http://example.org"), ("WEBHOOK_URL", "https://example.org:8080"),
        ("WEBHOOK_URL", "example.org"), ("WEBHOOK_URL", "https://example.org:99999999"),
        ("WEBHOOK_PORT", "70000"), ("WEBHOOK_SECRET", "a b"), ("WEBHOOK_SECRET", "a" * 257),
        ("LOG_LEVEL", "LOUD"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_sentence_that_names_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = sentence(f"LOOKBACK_{name}", value, monkeypatch)
    assert re.fullmatch(rf"LOOKBACK_{name} must [^\n]+\.", said)
    assert len(value.strip()) < 5 or value.strip() not in said


def test_a_wrong_token_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    said = sentence("LOOKBACK_TOKEN", f"{TOKEN} # mine", monkeypatch)
    assert TOKEN not in said
    assert TOKEN.partition(":")[2] not in said


def test_a_token_does_not_show_in_the_settings_own_text() -> None:
    settings = Settings.model_validate({"token": TOKEN, "webhook_secret": "hush-hush"})
    assert TOKEN not in f"{settings!r} {settings}"
    assert "hush-hush" not in f"{settings!r} {settings}"


def test_a_missing_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingsError, match=r"^LOOKBACK_TOKEN is missing: .*@BotFather.*\.$"):
        Settings().require_token()


def test_a_webhook_without_its_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = sentence("LOOKBACK_WEBHOOK_URL", "https://example.org:8443/hook", monkeypatch)
    assert said.startswith("LOOKBACK_WEBHOOK_SECRET is missing")
    monkeypatch.setenv("LOOKBACK_WEBHOOK_SECRET", "s3cret")
    assert Settings.load().webhook_url == "https://example.org:8443/hook"


def test_an_env_file_that_is_not_text_is_one_sentence(bare: Path) -> None:
    (bare / ".env").write_bytes(b"LOOKBACK_TOKEN=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"^\S+\.env with the LOOKBACK_… settings cannot be read: [^\n]+\.$"):
        Settings.load()


def test_the_folder_of_the_database_is_made(bare: Path) -> None:
    Settings(database=bare / "a" / "b" / "photos.db").require_folder()
    assert (bare / "a" / "b").is_dir()
    assert not (bare / "a" / "b" / "photos.db").exists()


@pytest.mark.parametrize("inside", ["file/photos.db", "folder", "/proc/lookback/photos.db"])
def test_an_unusable_database_is_one_sentence(bare: Path, inside: str) -> None:
    (bare / "file").write_text("in the way")
    (bare / "folder").mkdir()
    with pytest.raises(SettingsError, match=r"^\S+ cannot be used \([^\n]+\): set LOOKBACK_DATABASE to [^\n]+\.$"):
        Settings(database=bare / inside).require_folder()


def test_a_mistyped_name_is_found_with_the_one_that_was_meant(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKBACK_TOKN", "x")
    (bare / ".env").write_text("LOOKBACK_ZZZ=1\nLOOKBACK_MODEL=pocket\n")
    assert unknown_names() == ["LOOKBACK_TOKN (meant LOOKBACK_TOKEN?)", "LOOKBACK_ZZZ"]


def test_every_setting_has_a_description_and_a_rule() -> None:
    for field in Settings.model_fields.values():
        assert field.description and field.description.endswith(".")
        assert isinstance(field.json_schema_extra, dict) and field.json_schema_extra["must"]


def test_each_default_of_the_table_is_what_one_would_write(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in rows():
        monkeypatch.setenv(row.name, row.default)
    assert Settings.load().model_dump() == Settings().model_dump()


def test_the_readme_has_the_table_of_settings() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `LOOKBACK_.*$", readme, re.MULTILINE)
    wanted = [line for line in markdown().splitlines() if line.startswith("| `LOOKBACK_")]
    assert table == wanted, f"paste the output of `python -m bot.config_table`:\n{markdown()}"
