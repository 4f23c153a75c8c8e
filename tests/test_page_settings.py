"""`/settings` at the sandbox's page: buttons that change one message in place, and what they bring about."""

from playwright.sync_api import Locator, expect

from bot.texts import settings
from tests import browser
from tests.browser import PATIENCE, Shot, Visitor

chromium, quick, visit, shot = browser.chromium, browser.quick, browser.visit, browser.shot


def press(post: Locator, text: str) -> None:
    """Press a button under a message."""
    post.locator(".keyboard button", has_text=text).first.click()


def test_settings_are_buttons_and_a_reaction_is_seen_under_its_photo(visit: Visitor, shot: Shot) -> None:
    page = visit.page
    page.get_by_role("button", name="Close the sample photos").click()
    visit.write("/settings")
    post = page.locator("#log li.post", has=page.locator(".keyboard")).last
    expect(post).to_contain_text("is answered with them", timeout=PATIENCE)
    posts = visit.posts().count()
    page.set_viewport_size({"width": 412, "height": 860})
    expect(page.locator("#panel")).not_to_be_in_viewport()
    page.locator("#scroller").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    shot(visit, "settings")
    press(post, "Answers")
    expect(post).to_contain_text(settings.option("mode", "demand"))
    press(post, settings.option("mode", "reaction"))
    expect(post.get_by_role("button", name=f"✓ {settings.option('mode', 'reaction')}")).to_be_visible()
    expect(page.locator("#toast")).to_have_text(settings.saved())
    press(post, settings.button_back())
    expect(post.get_by_role("button", name=f"Answers: {settings.option('mode', 'reaction')}")).to_be_visible()
    press(post, settings.button_done())
    expect(post.locator(".keyboard")).to_have_count(0)
    assert visit.posts().count() == posts
    page.set_viewport_size({"width": 1360, "height": 860})
    visit.drop("fish-11.jpg")
    visit.write("Quietly, please")
    own = visit.posts().filter(has_text="Quietly, please")
    expect(own.locator(".reactions li")).to_have_count(1, timeout=PATIENCE)
    page.reload()
    expect(visit.posts().filter(has_text="Quietly, please").locator(".reactions li")).to_have_count(1)
    expect(visit.after("Quietly, please")).to_have_count(0)
