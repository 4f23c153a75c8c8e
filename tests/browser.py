"""A visitor of the sandbox's page: `lookback sandbox` as a process of its own, and a real headless Chromium."""

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.sandbox import sample

ROOT = Path(__file__).parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 30_000
"""Milliseconds for what the bot does."""
DROP = """([files, kind]) => {
    const all = new DataTransfer();
    for (const [name, type, data] of files) {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        all.items.add(new File([bytes], name, { type }));
    }
    const how = { bubbles: true, cancelable: true };
    const pasted = new ClipboardEvent("paste", { clipboardData: all, ...how });
    if (kind === "paste") return document.getElementById("text").dispatchEvent(pasted);
    for (const step of ["dragenter", "dragover", "drop"])
        document.getElementById("log").dispatchEvent(new DragEvent(step, { dataTransfer: all, ...how }));
}"""


def path_of_browser() -> str | None:
    """Chromium, or Chrome, as Debian or the visitor installed it."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """Run the command; yields the address that it prints."""
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
            line = process.stderr.readline()
            assert line, f"the sandbox ended: {said}"
            said += line
        yield found.group()
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


class Visitor:
    """Someone at the page; `problems` are what the browser's console complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.problems = page, list[str]()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        page.goto(url)
        expect(page.locator("#log li.post").first).to_be_visible(timeout=PATIENCE)

    def ready(self, remembered: int = 40) -> "Visitor":
        """Wait until the bot has looked at every photo of the seeded group."""
        enough = "least => Number(document.querySelector('#facts div:nth-child(2) dd')?.textContent) >= least"
        self.page.wait_for_function(enough, arg=remembered, timeout=PATIENCE)
        expect(self.page.locator("#banner")).to_be_hidden(timeout=PATIENCE)
        return self

    def drop(self, *names: str, kind: str = "drop") -> None:
        """Drop sample photos onto the chat, or paste them."""
        files = [[name, "image/jpeg", base64.b64encode(sample.read(name)).decode()] for name in names]
        self.page.evaluate(DROP, [files, kind])

    def write(self, text: str) -> None:
        """Type a text and press Enter, as a message or as the caption of what is attached."""
        self.page.locator("#text").fill(text)
        self.page.locator("#text").press("Enter")

    def posts(self) -> Locator:
        """The posts of the chat, an album as one."""
        return self.page.locator("#log li.post")

    def after(self, words: str) -> Locator:
        """The bot's posts that came after the last post with these words."""
        said = f"//li[.//*[contains(@class, 'words')][contains(., '{words}')]][last()]"  # a quote has no such class
        bot = self.page.locator(".from", has_text="Lookback")
        return self.page.locator(f"xpath={said}/following-sibling::li").filter(has=bot)

    def find(self, words: str) -> Locator:
        """A post of the past: scroll up, where older ones come in, until it is there."""
        post = self.posts().filter(has_text=words).first
        for _ in range(20):
            if post.count():
                break
            self.page.locator("#scroller").evaluate("box => box.scrollTo(0, 0)")
            self.page.wait_for_timeout(200)
        post.scroll_into_view_if_needed()
        return post


def shown(post: Locator) -> Sequence[str]:
    """The sample photos in a post: the story was sent in its order, so file ids count through it."""
    story = [line.file for line in sample.story() if line.file]
    sources = [image.get_attribute("src") or "" for image in post.locator(".media img").all()]
    numbers = [int(found.group(1)) for source in sources if (found := re.search(r"AgAC(\d{6})", source))]
    return [story[number - 1] if number <= len(story) else "new" for number in numbers]


Shot = Callable[[Visitor, str], None]


# Fixtures: a module of tests takes those that it needs, so that each has a sandbox of its own.


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = path_of_browser()
    if path is None:
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail("no Chromium here, and BROWSER_TESTS is required")
        pytest.skip("no Chromium or Chrome on this machine (on Debian: apt install chromium)")
    with launched(path) as made:
        yield made


@pytest.fixture(scope="module")
def quick() -> Iterator[str]:
    """A sandbox without Telegram's 20 messages a minute, which the tests would use up."""
    with sandbox("--no-limits") as url:
        yield url


@pytest.fixture
def visit(chromium: Browser, quick: str) -> Iterator[Visitor]:
    page = chromium.new_page(viewport={"width": 1360, "height": 860}, color_scheme="light")
    visitor = Visitor(page, quick).ready()
    yield visitor
    page.close()
    assert visitor.problems == []


@pytest.fixture
def shot(request: pytest.FixtureRequest, tmp_path: Path) -> Shot:
    """Takes a picture of the page: into the folder of --pictures, or where pytest keeps it for a while."""
    folder = Path(request.config.getoption("--pictures") or tmp_path)

    def take(visitor: Visitor, name: str) -> None:
        visitor.page.wait_for_timeout(400)  # smooth scrolling and loading pictures come to rest
        visitor.page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=82)

    return take
