"""The settings as people read of them: `python -m bot.config_table` prints the README's table.

Tests compare the README and deploy/bot.env.example with `rows()`, so neither can fall behind.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from bot.config import Settings, variable


@dataclass(frozen=True, slots=True)
class Row:
    """One setting; `default` is what one would write in the environment, empty for not set."""

    name: str
    default: str
    description: str


def rows() -> list[Row]:
    """Every setting, in the order of `Settings`."""
    return [
        Row(variable(name), _written(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def markdown() -> str:
    """The README's table."""
    lines = [f"| `{row.name}` | {_code(row.default)} | {row.description} |" for row in rows()]
    return "\n".join(["| Setting | Default | Meaning |", "|---|---|---|", *lines]) + "\n"


def _code(default: str) -> str:
    return f"`{default}`" if default else "–"


def _written(default: Any) -> str:
    if default is None or default == frozenset():
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)


if __name__ == "__main__":
    sys.stdout.write(markdown())
