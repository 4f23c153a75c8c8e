"""Remakes the pictures of the README: the browser tests take them while they use the page.

`python -m tests.readme_pictures`
"""

import sys
from pathlib import Path

import pytest

PICTURES = Path(__file__).parent / "pictures"


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    return pytest.main(["-q", str(Path(__file__).parent / "test_page.py"), "--pictures", str(PICTURES)])


if __name__ == "__main__":
    sys.exit(main())
