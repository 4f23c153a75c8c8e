"""What deploys: the scripts parse, the example and the README agree with Settings, the versions are exact."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from bot.config import Settings
from bot.config_table import rows
from bot.sandbox.sample import PHOTOS

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SCRIPTS = (DEPLOY / "try", DEPLOY / "check", DEPLOY / "setup.sh", ROOT / ".ci" / "run")


def constraints() -> dict[str, str]:
    """{name: exact version} of deploy/constraints.txt; every line must be one."""
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    pairs = (re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)", line) for line in lines if line[:1] != "#")
    return {canonicalize_name(pair[1]): pair[2] for pair in pairs if pair}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_each_script_is_valid_bash(script: Path) -> None:
    checked = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("script", [DEPLOY / "try", DEPLOY / "check", ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_each_script_can_be_started_and_stops_at_the_first_error(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script.read_text()


def test_every_line_of_the_constraints_is_an_exact_version() -> None:
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    assert len(constraints()) == len([line for line in lines if line[:1] != "#"])


def test_the_constraints_hold_every_dependency_and_allow_it() -> None:
    declared = [
        *project()["dependencies"],
        *(text for extra in project()["optional-dependencies"].values() for text in extra),
    ]
    versions = constraints()
    for requirement in map(Requirement, declared):
        if requirement.name != "lookback":
            assert requirement.specifier.contains(Version(versions[canonicalize_name(requirement.name)])), requirement


def test_the_constraints_hold_what_the_dependencies_need_in_turn() -> None:
    versions = constraints()
    for name in versions:
        if name in {"ruff", "mypy"} or name in _only_for_linters() | _only_for_the_benchmark():
            continue
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            if requirement.name == "pip":  # sqlite-utils asks for it; every virtual environment has one
                continue
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in versions, f"{name} needs {requirement.name}"


def _only_for_linters() -> set[str]:
    """What mypy brings: not installed where only the tests run."""
    return {"mypy-extensions", "librt", "pathspec", "ast-serialize"}


def _only_for_the_benchmark() -> set[str]:
    """imagededup and what it brings: the extra `bench`, not installed where only the tests run."""
    matplotlib = {"matplotlib", "contourpy", "cycler", "fonttools", "kiwisolver", "pyparsing"}
    return {"imagededup", "pywavelets"} | matplotlib


def test_the_example_has_every_setting_with_its_default() -> None:
    lines = (DEPLOY / "bot.env.example").read_text(encoding="utf-8").splitlines()
    given = [line.removeprefix("#") for line in lines if re.match(r"#?LOOKBACK_", line)]
    assert given == [f"{row.name}={row.default}" for row in rows()]
    assert [line for line in lines if line and line[0] != "#"] == ["LOOKBACK_TOKEN="]


def test_the_example_explains_every_setting() -> None:
    text = (DEPLOY / "bot.env.example").read_text(encoding="utf-8")
    prose = " ".join(line[2:] for line in text.splitlines() if line.startswith("# "))
    for row in rows():
        assert row.description.replace("`", "") in prose


def test_the_example_is_read_as_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LOOKBACK_")]:
        monkeypatch.delenv(name)
    text = (DEPLOY / "bot.env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(text.replace("#LOOKBACK_", "LOOKBACK_"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert Settings.load().model_dump() == Settings().model_dump()


def unit() -> list[tuple[str, str]]:
    lines = (DEPLOY / "lookback.service").read_text(encoding="utf-8").splitlines()
    return [
        (key, value) for key, sign, value in (line.partition("=") for line in lines if line[:1] not in "#[") if sign
    ]


def test_the_unit_restarts_reads_its_settings_and_keeps_its_state() -> None:
    keys = dict(unit())
    assert keys["Restart"] == "on-failure"
    assert keys["RestartPreventExitStatus"] == "2"
    assert keys["EnvironmentFile"] == "/etc/lookback/bot.env"
    assert keys["StateDirectory"] == "lookback"
    assert keys["ProtectSystem"] == "strict" and keys["NoNewPrivileges"] == "yes"
    assert keys["ExecStart"].endswith("/lookback run")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "lookback.service").read_text(encoding="utf-8")
    path = tmp_path / "lookback.service"
    path.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", text, flags=re.MULTILINE))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False
    )
    complaints = [line for line in checked.stderr.splitlines() if "lookback.service" in line]
    assert complaints == []


def test_the_compose_file_names_what_exists() -> None:
    yaml = pytest.importorskip("yaml")  # huggingface_hub brings it
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["lookback"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert service["env_file"] == "bot.env"
    database = service["environment"]["LOOKBACK_DATABASE"]
    assert [volume.partition(":")[2] for volume in service["volumes"]] == [str(Path(database).parent)]


def test_the_image_is_made_of_files_that_are_sent_and_exist() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    sources = [name for line in re.findall(r"^COPY (.+)", text, re.MULTILINE) for name in line.split()[:-1]]
    sent = [line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"]
    assert sorted(sources) == sorted(sent)
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert re.search(r"^USER lookback$", text, re.MULTILINE)


def test_the_notice_names_everyone_whose_photo_asks_for_it() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    with (PHOTOS / "photos.csv").open(encoding="utf-8", newline="") as file:
        photos = list(csv.DictReader(file))
    asking = [photo for photo in photos if photo["license"] not in ("public-domain", "CC0-1.0")]
    assert len(asking) > 0
    for photo in asking:
        assert f"- {photo['file']}: {photo['author']}, {photo['source']}\n" in notice
    assert len(re.findall(r"^- \S+\.jpg: ", notice, re.MULTILINE)) == len(asking)


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n\nCopyright (c) 2026 The Lookback authors\n")
    assert project()["license"] == "MIT"
