"""The benchmark of the tiers: that it counts what happens, on a tiny set, and fails where the judge does."""

import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from click.testing import CliRunner
from PIL import Image

from bot.bench import report
from bot.bench.edits import EDITS, FLOOR, RIVALRIES
from bot.bench.sight import downloaded
from bot.bench.tiers import Case, NoPhotos, measure, part_of, photos_in
from bot.cli import cli
from bot.tiers import Tier
from bot.vision.images import decode
from tests.fakes import MeanColour

ROOT = Path(__file__).parent.parent
PHOTOS = ROOT / "bot" / "sandbox" / "photos"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos of 1280 pixels (enlarged: this tests the counting, and no figure is made of it) and three others."""
    for name in ("coffee-01", "dam-01"):
        with Image.open(PHOTOS / f"{name}.jpg") as photo:
            photo.resize((1280, 1280 * photo.height // photo.width)).save(tmp_path / f"{name}.jpg", quality=95)
    for name in ("cat-01", "rocket-01", "igloo-01"):
        (tmp_path / f"{name}.jpg").write_bytes((PHOTOS / f"{name}.jpg").read_bytes())
    return tmp_path


def measured(folder: Path) -> list[Case]:
    return measure(folder, MeanColour(), part="all", most=1, progress=lambda items: items)


def test_every_edit_and_every_rivalry_of_a_photo_is_a_case_and_every_photo_alone(folder: Path) -> None:
    cases = measured(folder)
    names = [case.edit for case in cases]
    assert [name for name in names if name in {edit.name for edit in EDITS}] == [edit.name for edit in EDITS]
    assert names.count("never sent before") == 5
    assert all(names.count(rivalry.name) == 1 for rivalry in RIVALRIES)
    assert {case.found for case in cases if case.edit.startswith("re-JPEG")} == {Tier.SAME}
    assert report.floors(cases) == (1.0, 1.0)
    assert "reached" in report.tables(cases)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two edits and one rivalry: the counting is the same."""
    monkeypatch.setattr("bot.bench.tiers.EDITS", FLOOR[:2])
    monkeypatch.setattr("bot.bench.tiers.RIVALRIES", RIVALRIES[:1])


@pytest.mark.usefixtures("few")
def test_a_judge_that_finds_nothing_fails_the_floors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.bench.tiers.judge", lambda _query, candidates, _cosines: [None] * len(candidates))
    cases = measured(folder)
    assert report.floors(cases) == (0.0, 1.0)
    assert "NOT reached" in report.tables(cases)


@pytest.mark.usefixtures("few")
def test_a_judge_that_finds_everything_fails_the_floors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.bench.tiers.judge", lambda _query, candidates, _cosines: [Tier.EDITED] * len(candidates))
    cases = measured(folder)
    assert report.floors(cases) == (1.0, 1 / 5)
    assert all(case.wrong for case in cases if case.edit in {rivalry.name for rivalry in RIVALRIES})
    assert "NOT reached" in report.tables(cases)


def test_a_tier_by_itself_counts_the_other_tier_as_wrong() -> None:
    cases = [
        Case("re-JPEG at 90", "a", Tier.SAME, Tier.SAME, (), 1),
        Case("re-JPEG at 50", "a", Tier.SAME, Tier.EDITED, (Tier.SAME,), 1),
        Case("mirrored", "a", Tier.EDITED, Tier.EDITED, (), 1),
        Case("sticker on top", "a", Tier.EDITED, None, (), 0),
    ]
    assert report.tier_scores(cases, Tier.SAME) == (0.5, 0.5)
    assert report.tier_scores(cases, Tier.EDITED) == (0.5, 0.5)
    assert (report.recall(cases), report.precision(cases)) == (0.75, 0.75)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_changes_the_photo_is_the_same_each_time_and_passes_telegram(edit: object) -> None:
    photo = Image.open(PHOTOS / "coffee-01.jpg").convert("RGB")
    made = edit(photo, Random(1))  # type: ignore[operator]
    assert made == edit(photo, Random(1))  # type: ignore[operator]
    assert made != (PHOTOS / "coffee-01.jpg").read_bytes()
    assert min(decode(downloaded(made, 224)).size) >= 200


def test_the_bot_is_shown_what_it_would_download() -> None:
    large = Image.effect_noise((1920, 1080), 40).convert("RGB")
    encoded = next(edit for edit in EDITS if edit.name == "re-JPEG at 90")(large, Random(1))
    assert decode(downloaded(encoded, 224)).size == (800, 450)
    assert decode(downloaded(encoded, 100)).size == (320, 180)


def test_the_parts_are_told_by_the_name_alone_and_are_about_one_to_three() -> None:
    parts = [part_of(f"photo-{number}.jpg") for number in range(1000)]
    assert 200 < parts.count("tuning") < 300
    assert set(parts) == {"tuning", "held-out"}
    assert {edit.expected for edit in FLOOR} == {Tier.SAME, Tier.EDITED}


def test_a_folder_with_nothing_to_edit_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes((PHOTOS / "cat-01.jpg").read_bytes())
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(NoPhotos, match=r"needs two photos at least, one of them of 1280 pixels"):
        photos_in(tmp_path, "all")
    result = CliRunner().invoke(cli, ["bench", "tiers", str(tmp_path)])
    assert result.exit_code == 1
    assert "deploy/bench-photos" in result.output


@pytest.mark.usefixtures("few")
def test_the_command_prints_its_own_line_the_machine_and_the_tables(folder: Path) -> None:
    output = folder / "out.json"
    arguments = ["bench", "tiers", str(folder), "--part", "all", "--photos", "1", "--json", str(output)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "Photos edited: 1, each among 4 others. Model: pocket:" in result.output
    assert report.machine() in result.output
    assert "| re-JPEG at 90 | 1 | 0 | 0 | 0 | 1.000 | 1.000 |" in result.output
    written = json.loads(output.read_text())
    assert len(written["cases"]) == 5 + 2 + 2 * 1


def test_help_tells_of_the_benchmarks() -> None:
    assert "tiers" in CliRunner().invoke(cli, ["bench", "--help"]).output
    assert CliRunner().invoke(cli, ["bench", "nonsense"]).exit_code == 2


@pytest.fixture(scope="module")
def fetching() -> ModuleType:
    """deploy/bench-photos as a module."""
    loader = SourceFileLoader("bench_photos", str(ROOT / "deploy" / "bench-photos"))
    spec = spec_from_loader("bench_photos", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_each_photo_of_the_list_has_a_name_of_its_own(fetching: ModuleType) -> None:
    rows = [line.split(",") for line in fetching.LIST.read_text().splitlines()[1:]]
    names = {fetching.name(package, file) for _, package, file in rows}
    assert len(names) == len(rows) >= 600
    assert {origin for origin, _, _ in rows} == {"debian", "pypi"}
    assert all("==" in package for origin, package, _ in rows if origin == "pypi")


def test_a_webp_is_found_within_qt_resources(fetching: ModuleType) -> None:
    import hashlib

    inner = b"VP8 " + bytes(30)
    webp = b"RIFF" + (4 + len(inner)).to_bytes(4, "little") + b"WEBP" + inner
    digest = hashlib.sha256(webp).hexdigest()[:12]
    assert fetching.within(b"qres" + bytes(9) + webp + bytes(7), digest) == webp
    assert fetching.within(b"qres" + webp, "0" * 12) is None


def test_without_apt_the_script_says_so(fetching: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench-photos", str(tmp_path / "photos")])
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(SystemExit, match="there is no apt-get or dpkg here"):
        fetching.main()
    assert not (tmp_path / "photos").exists()
