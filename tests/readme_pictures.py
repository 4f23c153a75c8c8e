"""Remakes the pictures of the README: the browser tests take them while they use the page.

`python -m tests.readme_pictures`
"""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest

PICTURES = Path(__file__).parent / "pictures"
WANTED = ("answer", "albums", "phone", "map", "stats", "settings")
TESTS = ("test_page.py", "test_page_pictures.py", "test_page_settings.py")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        failed = pytest.main(["-q", *(str(Path(__file__).parent / name) for name in TESTS), "--pictures", folder])
        for name in () if failed else WANTED:
            shutil.copy(Path(folder) / f"{name}.jpg", PICTURES)
    return failed


if __name__ == "__main__":
    sys.exit(main())
