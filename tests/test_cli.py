"""The commands: what they print, how they refuse, and what they import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from telegram.error import InvalidToken, NetworkError

from bot import __version__, checkpoints, cli, logs
from bot.config import Settings
from bot.vision.model import ModelUnavailable
from bot.vision.torchvision_ops import ensure_torchvision
from storage.store import Store, StoreError

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting of the machine that runs the tests, an empty working directory, and logging left alone."""
    for name in [name for name in os.environ if name.startswith("LOOKBACK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    return tmp_path


def lookback(*arguments: str, **settings: str) -> Result:
    """One command in process; `token="…"` sets LOOKBACK_TOKEN."""
    variables = {f"LOOKBACK_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(cli.cli, arguments, env=variables, prog_name="lookback")


def app_that(run: Callable[[Settings], int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command `run` find this as `bot.app.run`."""
    app = types.ModuleType("bot.app")
    app.__dict__["run"] = run
    monkeypatch.setitem(sys.modules, "bot.app", app)


def raising(error: Exception) -> Callable[[Settings], int]:
    def run(settings: Settings) -> int:
        raise error

    return run


def test_help_imports_neither_torch_nor_telegram(record_property: Callable[[str, object], None]) -> None:
    report = (
        "import sys, json, time; start = time.perf_counter(); sys.argv = ['lookback', '--help']\n"
        "from bot.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))"
    )
    ran = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, modules = json.loads(ran.stdout.splitlines()[-1])
    heavy = {"torch", "telegram", "open_clip", "numpy", "sklearn", "PIL", "pydantic", "sqlite_utils"}
    assert heavy.isdisjoint(modules)
    assert "Usage: lookback" in ran.stdout
    record_property("seconds of lookback --help after Python's own start", round(seconds, 3))


def test_version_and_the_list_of_commands() -> None:
    assert lookback("--version").output == f"lookback, version {__version__}\n"
    assert list(cli.cli.commands) == ["run", "models", "doctor", "backup", "sandbox", "bench"]


def test_run_without_a_token_is_one_sentence_and_exit_code_2() -> None:
    result = lookback("run")
    assert result.exit_code == 2
    assert result.output.startswith("Error: LOOKBACK_TOKEN is missing")
    assert result.output.count("\n") == 1


def test_run_hands_the_settings_over_and_its_exit_code_back(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Settings] = []

    def run(settings: Settings) -> int:
        seen.append(settings)
        return 7

    app_that(run, monkeypatch)
    result = lookback("run", token=TOKEN, model="pocket", database=str(bare / "new" / "photos.db"))
    assert (result.exit_code, result.output) == (7, "")
    assert (seen[0].require_token(), seen[0].model) == (TOKEN, "pocket")
    assert (bare / "new").is_dir()


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (InvalidToken(f"The token `{TOKEN}` was rejected by the server."), 2, "Telegram does not know this token"),
        (NetworkError(f"httpx.ConnectError: https://h/bot{TOKEN}/getMe failed"), 1, "could not be asked"),
        (StoreError("The database x was written by a newer Lookback."), 1, "newer Lookback"),
        (ModelUnavailable("The model x can't be had."), 1, "The model x can't be had."),
    ],
)
def test_what_stops_a_start_is_one_sentence_without_the_token(
    error: Exception, code: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_that(raising(error), monkeypatch)
    result = lookback("run", token=TOKEN, model="pocket")
    assert (result.exit_code, result.output.count("\n")) == (code, 1)
    assert says in result.output
    assert TOKEN not in result.output and "Traceback" not in result.output


def test_a_port_that_is_taken_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app_that(raising(OSError(98, "Address already in use")), monkeypatch)
    hook = {"webhook_url": "https://example.org/x", "webhook_secret": "s"}
    result = lookback("run", token=TOKEN, model="pocket", **hook)
    assert "cannot listen on 127.0.0.1:8443 (Address already in use)" in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_bug_is_not_dressed_up_as_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    app_that(raising(KeyError("bug")), monkeypatch)
    assert isinstance(lookback("run", token=TOKEN, model="pocket").exception, KeyError)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("ViT-B32:openai", "open_clip knows no ViT-B32 (meant ViT-B-32?)"),
        ("ViT-B-32:opena", "no weights opena for ViT-B-32: it knows openai, "),
        ("local-dir:/nowhere", "/nowhere is not a folder with open_clip_config.json and weights"),
    ],
)
def test_a_model_that_nothing_can_come_of_ends_the_start(
    model: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_that(raising(AssertionError("started")), monkeypatch)
    result = lookback("run", token=TOKEN, model=model)
    assert result.exit_code == 2
    assert f"Error: LOOKBACK_MODEL is {model}, " in result.output and says in result.output
    assert says in lookback("models", model=model).output


@pytest.mark.parametrize(
    "model",
    [
        "pocket",
        "hf-hub:a/b",
        "ViT-B-32:openai",
        "ViT-B-32-quickgelu:openai",
        "ViT-B/32:laion2b-s34b-b79k",
        "ViT-B-32:random",
        "ViT-B-32",
    ],
)
def test_a_name_that_may_load_is_no_problem(model: str) -> None:
    assert checkpoints.problem(model) is None


def test_the_table_of_checkpoints_is_read_as_open_clip_has_it() -> None:
    ensure_torchvision()
    from open_clip.pretrained import _PRETRAINED

    theirs = {f"{name}:{tag}": entry for name, tags in _PRETRAINED.items() for tag, entry in tags.items()}
    assert len(theirs) > 100
    for name, entry in theirs.items():
        address = entry.get("hf_hub") or entry.get("url")
        found = checkpoints.origin(name)
        assert found is not None, name
        assert found.removeprefix("https://huggingface.co/") in address


def test_models_shows_pocket_and_what_earlier_downloads_left(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(bare / "hub"))
    monkeypatch.setenv("HOME", str(bare))
    before = lookback("models")
    assert "LOOKBACK_MODEL is ViT-B-32:openai, which is not here" in before.output
    assert "https://huggingface.co/timm/vit_base_patch32_clip_224.openai." in before.output
    assert before.output.startswith("pocket") and "41.2 MB" in before.output.splitlines()[0]
    for folder in ("models--timm--vit_base_patch32_clip_224.openai", "models--me--mine"):
        snapshot = bare / "hub" / folder / "snapshots" / "abc"
        snapshot.mkdir(parents=True)
        (snapshot / "open_clip_model.safetensors").write_bytes(b"x" * 2_000_000)
        (snapshot / "open_clip_config.json").write_text("{}")
    (bare / ".cache" / "clip").mkdir(parents=True)
    after = lookback("models").output
    assert "LOOKBACK_MODEL is ViT-B-32:openai, which is here." in after
    names = {line.split()[0]: line.split()[1:3] for line in after.splitlines() if " MB " in line}
    assert names["ViT-B-32:openai"] == names["hf-hub:me/mine"] == ["2.0", "MB"]


def test_models_shows_a_folder_of_ones_own(bare: Path) -> None:
    (bare / "open_clip_pytorch_model.bin").write_bytes(b"x" * 1_500_000)
    (bare / "open_clip_config.json").write_text("{}")
    output = lookback("models", model=f"local-dir:{bare}").output
    assert f"local-dir:{bare}     1.5 MB  {bare / 'open_clip_pytorch_model.bin'}" in output
    assert output.endswith("which is here.\n")


def test_backup_copies_a_database_that_is_in_use(bare: Path) -> None:
    store = Store(bare / "lookback.db")
    store.db.execute("CREATE TABLE noted (word TEXT)")
    store.db.execute("INSERT INTO noted VALUES ('kept')")
    result = lookback("backup", "copy.db")
    store.close()
    assert result.exit_code == 0, result.output
    assert result.stdout == "copy.db is a whole copy of lookback.db.\n"
    assert "copying: 100%" in result.stderr
    assert sorted(path.name for path in bare.iterdir()) == ["copy.db", "lookback.db"]
    assert (bare / "copy.db").stat().st_mode & 0o777 == 0o600
    copy = Store(bare / "copy.db")
    assert copy.db.execute("SELECT word FROM noted").fetchall() == [("kept",)]
    copy.close()


def test_backup_leaves_an_existing_file_as_it_is(bare: Path) -> None:
    Store(bare / "lookback.db").close()
    (bare / "copy.db").write_text("mine")
    result = lookback("backup", "copy.db")
    assert result.exit_code == 2
    assert "copy.db exists already" in result.output
    assert (bare / "copy.db").read_text() == "mine"


def test_backup_of_no_database_makes_none(bare: Path) -> None:
    result = lookback("backup", "copy.db")
    assert (result.exit_code, list(bare.iterdir())) == (2, [])
    assert "There is no database at lookback.db" in result.output


def test_backup_into_a_folder_that_is_not_there_is_one_sentence(bare: Path) -> None:
    Store(bare / "lookback.db").close()
    result = lookback("backup", "away/copy.db")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert [path.name for path in bare.iterdir()] == ["lookback.db"]


def test_a_copy_that_is_damaged_is_not_kept(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(bare / "lookback.db").close()
    monkeypatch.setattr(Store, "check", lambda self: ["row 3 missing from index"])
    result = lookback("backup", "copy.db")
    assert result.exit_code == 1
    assert "The copy is damaged (row 3 missing from index)" in result.output
    assert [path.name for path in bare.iterdir()] == ["lookback.db"]


def test_doctor_goes_on_after_each_wrong_thing_and_exits_with_1() -> None:
    result = lookback("doctor", model="local-dir:/nowhere", tokn="x")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line[:2] for line in lines[:5]] == ["!!", "ok", "ok", "!!", "!!"]
    assert "LOOKBACK_TOKN (meant LOOKBACK_TOKEN?)" in lines[0]
    assert lines[-1] == "Error: 3 things need attention, marked !! above."
