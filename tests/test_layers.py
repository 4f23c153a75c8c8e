"""The walls of the house (design.md, Rooms): which file may import what, kept by a walk through the imports."""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "open_clip", "torchvision", "timm")
SQL = ("sqlite3", "sqlite_utils")
ML = (*HEAVY, "sklearn")
WALLS: list[tuple[str, tuple[str, ...]]] = [
    ("bot/config.py", ("bot.", "storage")),
    ("bot/inbox.py", ML),
    ("bot/handlers/*", ("storage", "numpy", *SQL, *ML)),
    ("bot/texts/*", ("telegram", "storage", "numpy", *ML)),
    ("bot/photos.py", ("telegram", *SQL, *HEAVY)),
    ("bot/matching.py", ("telegram", *SQL, *HEAVY)),
    ("bot/overviews.py", ("telegram", *SQL, *HEAVY)),
    ("bot/sorting.py", ("telegram", *SQL, *HEAVY)),
    ("bot/manners.py", ("telegram", *SQL, *ML)),
    ("bot/finding.py", ("telegram", *SQL, *HEAVY)),
    ("bot/inlining.py", ("telegram", *SQL, *HEAVY)),
    ("bot/memberships.py", ("storage", *ML, *SQL)),
    ("bot/finds.py", (*ML, *SQL)),
    ("bot/queries.py", ("telegram", "storage", "numpy", "asyncio", *SQL, *ML)),
    ("bot/query_vectors.py", ("telegram", "storage", "asyncio", *SQL, *ML)),
    ("bot/muting.py", ("telegram", *SQL, *HEAVY)),
    ("bot/languages.py", ("telegram", "storage", "numpy", *SQL, *ML)),
    ("bot/jobs.py", (*ML, *SQL)),
    ("bot/sending.py", (*ML, *SQL)),
    ("bot/indexing.py", (*ML, *SQL)),
    ("bot/answers.py", (*ML, *SQL)),
    ("bot/clustering.py", (*ML, *SQL)),
    ("bot/picturing.py", (*ML, *SQL)),
    ("bot/showing.py", (*ML, *SQL)),
    ("bot/undoing.py", (*ML, *SQL)),
    ("bot/bench/edits.py", ("telegram", "asyncio", "storage", *SQL, *ML)),
    ("bot/bench/lettering.py", ("bot", "telegram", "asyncio", "storage", *SQL, *ML)),
    ("bot/bench/*", (*SQL, *ML)),
    ("bot/tiers.py", ("telegram", "asyncio", *SQL, *ML)),
    ("bot/alignment.py", ("telegram", "asyncio", *SQL, *ML)),
    ("bot/unasked.py", (*ML, *SQL)),
    ("bot/log_chat.py", (*ML, *SQL)),
    ("bot/admins.py", ("storage", *ML, *SQL)),
    ("bot/setting_up.py", ("telegram", *SQL, *ML)),
    ("bot/choices.py", ("telegram", *SQL, *ML)),
    ("bot/settings_keyboard.py", ("storage", *ML, *SQL)),
    ("bot/calibration.py", ("bot.", "storage", "telegram", "asyncio", *SQL, *ML)),
    ("bot/thresholds.py", ("telegram", *SQL, *ML)),
    ("bot/similar.py", ("telegram", "asyncio", *SQL, *HEAVY)),
    ("bot/dismissing.py", ("telegram", *SQL, *HEAVY)),
    ("bot/correcting.py", (*ML, *SQL)),
    ("bot/verdicts.py", ("telegram", "storage", "asyncio", *SQL, *HEAVY)),
    ("bot/albums.py", ("telegram", "asyncio", *SQL, *HEAVY)),
    ("bot/periods.py", ("telegram", "asyncio", "storage", *SQL, *ML)),
    ("bot/continuity.py", ("telegram", "asyncio", "storage", *SQL, *HEAVY)),
    ("bot/naming.py", ("telegram", "asyncio", "storage", *SQL, *ML)),
    ("bot/captions.py", ("telegram", "asyncio", "storage", "numpy", *SQL, *ML)),
    ("bot/vocabulary/*", ("telegram", "asyncio", "storage", "numpy", *SQL, *ML)),
    ("bot/album_names.py", ("telegram", *SQL, *ML)),
    ("bot/word_vectors.py", ("telegram", *SQL, *ML)),
    ("bot/layout2d.py", ("telegram", "asyncio", *SQL, *HEAVY)),
    ("bot/pictures/*", ("telegram", "asyncio", *SQL, *HEAVY)),
    ("bot/limits.py", ("telegram", *ML, *SQL)),
    ("bot/vision/*", ("telegram", "storage", *SQL)),
    ("bot/worker.py", ("telegram", "storage", *ML, *SQL)),
    ("bot/sandbox/*", ("storage", *ML, *SQL)),
    ("bot/timing.py", ("telegram", "storage", *ML, *SQL)),
    ("bot/waiting.py", ("telegram", "storage", *ML, *SQL)),
    ("storage/*", ("bot", "telegram", "asyncio", *ML)),
    ("bot/*", SQL),
]
TORCH_AT_HOME = ("bot/vision/clip.py", "bot/vision/torchvision_ops.py")
ENVIRONMENT_AT_HOME = ("bot/config.py",)


def sources() -> list[Path]:
    return [path for room in ("bot", "storage") for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path, *, top_level: bool = False) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text())
    found = []
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [
                (node.lineno, node.module),
                *((node.lineno, f"{node.module}.{alias.name}") for alias in node.names),
            ]
    return found


def crosses(name: str, forbidden: tuple[str, ...]) -> bool:
    return any(name == wall or name.startswith(wall if wall.endswith(".") else f"{wall}.") for wall in forbidden)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_reaches_through_a_wall(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    forbidden = tuple(wall for pattern, walls in WALLS if fnmatch(name, pattern) for wall in walls)
    broken = [f"{name}:{line} imports {what}" for line, what in imports(path) if crosses(what, forbidden)]
    assert broken == []


def test_torch_is_known_to_the_model_alone_and_never_at_import() -> None:
    knowing = {
        str(path.relative_to(ROOT)) for path in sources() if any(crosses(what, HEAVY) for _, what in imports(path))
    }
    assert knowing <= set(TORCH_AT_HOME)
    for name in TORCH_AT_HOME:
        assert not [what for _, what in imports(ROOT / name, top_level=True) if crosses(what, HEAVY)]


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(ast.parse(path.read_text()))
        )
    ]
    assert [name for name in readers if name not in ENVIRONMENT_AT_HOME] == []


def test_html_is_escaped_in_one_place() -> None:
    escaping = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "sandbox" not in path.parts and any(name == "html" for _, name in imports(path))
    ]
    assert escaping == ["bot/texts/layout.py"]


def test_every_pattern_of_the_table_guards_something() -> None:
    names = [str(path.relative_to(ROOT)) for path in sources()]
    assert [pattern for pattern, _ in WALLS if not any(fnmatch(name, pattern) for name in names)] == []


def test_no_file_has_grown_past_300_lines() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources()}
    assert {name: lines for name, lines in long.items() if lines > 300} == {}


def test_no_file_is_called_utils_or_helpers() -> None:
    assert [
        path.name for path in sources() if path.stem in ("utils", "helpers", "util", "common", "manager", "base")
    ] == []
