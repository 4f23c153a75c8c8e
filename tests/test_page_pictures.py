"""The pictures of a whole chat, on the page of the sandbox: `/map` and `/stats`."""

import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests import browser
from tests.browser import PATIENCE, Visitor, shown

NAMES = {"fish": "Under water", "tool": "The workshop", "monument": "Sights", "solar": "Sun power"}
"""By the kind that most photos of an album are of."""
SIDE, QUALITY = 1100, 84
"""Of what is kept for the README: pixels of the longest side, and of the JPEG."""

Keep = Callable[[Visitor, Locator, str], tuple[int, int]]
chromium, quick, visit = browser.chromium, browser.quick, browser.visit


@pytest.fixture
def keep(request: pytest.FixtureRequest, tmp_path: Path) -> Keep:
    """Looks at the picture of a post at its largest, and keeps it (see `browser.shot`); its width and height."""
    folder = Path(request.config.getoption("--pictures") or tmp_path)

    def take(visitor: Visitor, post: Locator, name: str) -> tuple[int, int]:
        post.locator(".picture").click()
        source = visitor.page.locator("#viewer img").get_attribute("src")
        image = Image.open(io.BytesIO(visitor.page.request.get(f"{visitor.page.url.rstrip('/')}{source}").body()))
        visitor.page.keyboard.press("Escape")
        size = image.size
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        image.save(folder / f"{name}.jpg", quality=QUALITY)
        return size

    return take


def name_albums(visitor: Visitor, albums: Locator) -> None:
    """Give each album a name that fits what it shows."""
    for album in albums.all():
        number = re.search(r"Album (\d+)", album.inner_text())
        ((kind, _),) = Counter(name.split("-")[0] for name in shown(album)).most_common(1)
        if number and kind in NAMES:
            visitor.write(f"/rename {number.group(1)} {NAMES[kind]}")
            expect(visitor.after(f"/rename {number.group(1)}")).to_have_count(1, timeout=PATIENCE)


def test_the_whole_group_as_a_map_and_in_figures(visit: Visitor, keep: Keep) -> None:
    visit.write("/cluster")
    albums = visit.after("/cluster").filter(has=visit.page.locator(".words", has_text=re.compile(r"^Album \d")))
    expect(albums).to_have_count(4, timeout=PATIENCE)
    name_albums(visit, albums)
    visit.write("/map")
    drawn = visit.after("/map")
    expect(drawn).to_have_count(1, timeout=PATIENCE)
    expect(drawn).to_contain_text(re.compile(r"Map of \d+ photos: what looks alike lies together\."))
    assert max(keep(visit, drawn, "map")) == 1280
    visit.write("/stats")
    counted = visit.after("/stats")
    expect(counted).to_have_count(1, timeout=PATIENCE)
    expect(counted).to_contain_text(re.compile(r"\d+ photos · 3 people"))
    assert max(keep(visit, counted, "stats")) == 1280
