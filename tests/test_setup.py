"""deploy/setup.sh with a pip that only notes what it is asked for: what is installed, from where, and when again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Notes its arguments; fails where one of them matches the pattern in the file `refuse`.
PIP = """echo "$*" >> "$PWD/asked"
case "$*" in -V) echo Python 3.99; exit 0;; esac
[ -f refuse ] && case "$*" in $(cat refuse)) exit 1;; esac
exit 0"""


def fake(path: Path, script: str) -> None:
    """A program for the PATH."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What setup.sh reads of a clone, in a folder whose .venv is a note taker."""
    (tmp_path / "deploy").mkdir()
    for name in ("pyproject.toml", "deploy/setup.sh", "deploy/constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    fake(tmp_path / ".venv" / "bin" / "python", PIP)
    return tmp_path


def bash(command: str, folder: Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    """One command with setup.sh sourced."""
    return subprocess.run(
        [shutil.which("bash") or "bash", "-euc", f". deploy/setup.sh; {command}"],
        cwd=folder, capture_output=True, text=True, check=False, env={"PATH": path},
    )  # fmt: skip


def installs(clone: Path) -> list[str]:
    """The pip installs that were asked for, in order."""
    prefix = "-m pip install --disable-pip-version-check "
    lines = (clone / "asked").read_text().splitlines()
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


def test_pythons_that_do_not_work_are_passed_over(tmp_path: Path) -> None:
    fake(tmp_path / "python3.11", "exit 127")  # a pyenv shim
    fake(tmp_path / "python3.12", 'case "$2" in *ensurepip*) exit 1;; esac')  # Debian's without venv
    fake(tmp_path / "python3.13", "exit 0")
    found = bash("find_python", ROOT, str(tmp_path))
    assert (found.returncode, found.stdout) == (0, f"{tmp_path / 'python3.13'}\n")


def test_one_sentence_says_what_is_missing(tmp_path: Path) -> None:
    none = bash("find_python", ROOT, str(tmp_path))
    assert (none.returncode, none.stderr.strip().count("\n")) == (1, 0)
    assert "Python 3.11 or newer" in none.stderr
    fake(tmp_path / "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    bare = bash("find_python", ROOT, str(tmp_path))
    assert (bare.returncode, bare.stderr.strip().count("\n")) == (1, 0)
    assert "apt install python3-venv" in bare.stderr


def test_no_python_ends_the_set_up(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv" / "bin" / "python").unlink()
    for tool in ("cat", "cksum", "grep", "uname"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    ended = bash("set_up test; echo reached", clone, str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")


def test_the_cpu_build_is_for_linux_without_an_nvidia_gpu(tmp_path: Path) -> None:
    fake(tmp_path / "uname", "echo Linux")
    assert bash("wants_cpu_build", ROOT, str(tmp_path)).returncode == 0
    fake(tmp_path / "nvidia-smi", "exit 0")
    assert bash("wants_cpu_build", ROOT, str(tmp_path)).returncode == 1
    fake(tmp_path / "nvidia-smi", "exit 9")  # a driver with no GPU
    assert bash("wants_cpu_build", ROOT, str(tmp_path)).returncode == 0
    fake(tmp_path / "uname", "echo Darwin")
    assert bash("wants_cpu_build", ROOT, str(tmp_path)).returncode == 1


def test_torch_comes_from_its_own_index_and_then_the_rest(clone: Path) -> None:
    assert bash("wants_cpu_build() { true; }; set_up test", clone).returncode == 0
    torch, rest = installs(clone)
    assert "--index-url https://download.pytorch.org/whl/cpu " in torch
    assert torch.endswith(" torch==2.13.0 torchvision==0.28.0")
    assert rest == "-c deploy/constraints.txt -e .[test]"


def test_an_index_out_of_reach_is_tried_once_and_then_pips_own(clone: Path) -> None:
    (clone / "refuse").write_text("*--index-url*")
    told = bash("wants_cpu_build() { true; }; set_up test", clone)
    assert told.returncode == 0
    assert "whl/cpu did not give it" in told.stderr
    first, second, _rest = installs(clone)
    assert "--timeout 5 --retries 0" in first
    assert second == "-c deploy/constraints.txt torch==2.13.0 torchvision==0.28.0"


def test_a_gpu_takes_the_build_of_pips_own_index(clone: Path) -> None:
    assert bash("wants_cpu_build() { false; }; set_up test", clone).returncode == 0
    assert installs(clone)[0] == "-c deploy/constraints.txt torch==2.13.0 torchvision==0.28.0"


def test_versions_that_do_not_exist_for_this_python_are_let_go_with_a_line(clone: Path) -> None:
    (clone / "refuse").write_text("*constraints.txt*")
    told = bash("wants_cpu_build() { false; }; set_up heic", clone)
    assert told.returncode == 0
    assert "The tested torch does not exist for Python 3.99" in told.stderr
    assert "The tested versions do not all exist for Python 3.99" in told.stderr
    assert installs(clone)[1::2] == ["torch torchvision", "-e .[heic]"]


def test_what_cannot_be_installed_ends_the_set_up_and_is_tried_again(clone: Path) -> None:
    (clone / "refuse").write_text("*install*")
    assert bash("set_up test; echo reached", clone).stdout == ""
    assert not (clone / ".venv" / "lookback-test").exists()


def test_a_set_up_is_used_again_until_something_changes(clone: Path) -> None:
    assert bash("set_up test", clone).returncode == 0
    (clone / "asked").unlink()
    again = bash("set_up test", clone)
    assert (again.returncode, again.stderr, installs(clone)) == (0, "", [])
    with (clone / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert bash("set_up test", clone).returncode == 0
    assert len(installs(clone)) == 2
