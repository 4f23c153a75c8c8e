"""`python -m bot` and the command `lookback`: everything is in `bot.cli`."""

from __future__ import annotations

from bot.cli import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="lookback")


if __name__ == "__main__":
    main()
