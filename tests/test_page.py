"""What a visitor of the sandbox does, in a real browser, with the real bot and the small model."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests import browser
from tests.browser import PATIENCE, Shot, Visitor, shown

FISH = ("fish-12.jpg", "fish-13.jpg", "fish-14.jpg")


chromium, quick, visit, shot = browser.chromium, browser.quick, browser.visit, browser.shot


def test_the_seeded_group_is_alive(visit: Visitor, shot: Shot) -> None:
    expect(visit.page.locator("#title")).to_have_text("Field trip")
    expect(visit.page.locator("#people label")).to_have_count(3)
    assert visit.posts().count() >= 40
    expect(visit.page.locator("#log").get_by_text("Bread from the sun")).to_be_visible()
    assert visit.page.locator(".media .picture").count() >= 40
    shot(visit, "group")


def test_a_dropped_fish_is_answered_with_fish(visit: Visitor, shot: Shot) -> None:
    visit.drop("fish-11.jpg")
    expect(visit.page.locator("#attached li")).to_have_count(1)
    visit.write("Look who lives here")
    answer = visit.after("Look who lives here")
    expect(answer).to_have_count(1, timeout=PATIENCE)
    expect(answer).to_contain_text("Similar photos from before")
    photos = shown(answer)
    assert len(photos) >= 2
    assert all(name.startswith("fish") for name in photos)
    told = visit.page.locator("#timings li", has_text="Photo from Ann").first
    for stage in ("download", "decode", "embed", "search", "answer"):
        expect(told).to_contain_text(f"{stage} ")
    expect(visit.page.locator("#calls li", has_text="sendMediaGroup").first).to_be_visible()
    visit.page.get_by_role("button", name="Close the sample photos").click()
    visit.page.set_viewport_size({"width": 1360, "height": 1040})
    shot(visit, "answer")


def test_the_answer_leads_to_the_photos_it_found(visit: Visitor) -> None:
    visit.drop("windmill-02.jpg")
    visit.write("Another mill")
    answer = visit.after("Another mill")
    expect(answer).to_have_count(1, timeout=PATIENCE)
    answer.locator(".link", has_text="open").first.click()
    found = visit.page.locator("li.post.found")
    expect(found).to_be_in_viewport()
    assert shown(found)[0].startswith("windmill")
    answer.locator(".quote").click()
    expect(visit.page.locator("li.post.found", has_text="Another mill")).to_be_in_viewport()


def test_an_album_of_three_gets_one_answer(visit: Visitor) -> None:
    visit.drop(*FISH)
    expect(visit.page.locator(".options")).to_contain_text("Album of 3 photos")
    visit.write("All from one dive")
    album = visit.posts().filter(has_text="All from one dive").last
    expect(album.locator(".picture")).to_have_count(3)
    answer = visit.after("All from one dive")
    expect(answer).to_have_count(1, timeout=PATIENCE)
    assert all(name.startswith("fish") for name in shown(answer))
    visit.page.wait_for_timeout(2500)  # longer than an album is waited for: no second answer comes
    expect(answer).to_have_count(1)


def test_a_photo_like_no_other_is_met_with_silence(visit: Visitor) -> None:
    visit.drop("volleyball-01.jpg")
    visit.write("Found on the lawn")
    expect(visit.page.locator("#timings")).to_contain_text("nothing similar enough", timeout=PATIENCE)
    expect(visit.after("Found on the lawn")).to_have_count(0)


def test_cluster_shows_its_progress_and_posts_albums(visit: Visitor, shot: Shot) -> None:
    visit.page.locator("#text").press_sequentially("/cl")
    expect(visit.page.get_by_role("option", name="/cluster")).to_have_attribute("aria-selected", "true")
    visit.page.locator("#text").press("Enter")
    answers = visit.after("/cluster")
    expect(answers.first).to_contain_text(re.compile("Sorting .* photos"), timeout=PATIENCE)
    overview = answers.filter(has_text=re.compile(r"\d+ albums")).first
    expect(overview.locator(".picture")).to_be_visible(timeout=PATIENCE)
    first = overview.get_by_role("button", name=re.compile(r"^.+: \d+ more$")).first
    expect(first).to_be_visible(timeout=PATIENCE)
    more = overview.get_by_role("button", name=first.inner_text(), exact=True)  # an album is called by what it shows
    albums = answers.filter(has=visit.page.locator(".words", has_text=re.compile(r"^Album \d")))
    assert albums.count() == 4
    of_fish = [names for names in map(shown, albums.all()) if sum(name.startswith("fish") for name in names) > 5]
    assert len(of_fish) == 1
    assert all(name.startswith(("fish", "new")) for name in of_fish[0])
    overview.scroll_into_view_if_needed()
    shot(visit, "albums")
    more.click()
    expect(albums).to_have_count(5, timeout=PATIENCE)
    expect(more).to_have_count(0)
    visit.page.locator("#to-end").click()
    shot(visit, "album")


def test_similar_answers_the_photo_that_was_replied_to(visit: Visitor) -> None:
    post = visit.find("It really does lean")
    post.hover()
    post.get_by_role("button", name="Reply").click()
    expect(visit.page.locator("#answering")).to_contain_text("Reply to Ann")
    visit.write("/similar")
    answer = visit.page.locator("li.post", has=visit.page.locator(".quote", has_text="/similar")).last
    expect(answer).to_contain_text(re.compile("Similar photo|No photo in this chat"), timeout=PATIENCE)
    asked = visit.posts().filter(has_text="/similar").filter(has=visit.page.locator(".quote", has_text="Ann")).first
    asked.locator(".quote").click()
    expect(visit.page.locator("li.post.found", has_text="It really does lean")).to_be_in_viewport()


def test_spoilers_stay_covered_until_they_are_pressed(visit: Visitor) -> None:
    visit.drop("tool-13.jpg", kind="paste")
    visit.page.get_by_label("Hide as a spoiler").check()
    visit.write("Guess what I lost")
    picture = visit.posts().filter(has_text="Guess what I lost").locator(".picture").first
    expect(picture).to_have_class(re.compile("spoiler"))
    picture.click()
    expect(picture).not_to_have_class(re.compile("spoiler"))
    expect(visit.page.locator("#viewer")).to_be_hidden()
    picture.click()
    expect(visit.page.locator("#viewer img")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#viewer")).to_be_hidden()


def test_a_visitor_is_whichever_member_is_chosen(visit: Visitor) -> None:
    visit.page.locator("#people").get_by_text("Ben").click()
    visit.write("Ben was here")
    own = visit.posts().filter(has_text="Ben was here")
    expect(own).to_have_class(re.compile("mine"))
    visit.page.locator("#people").get_by_text("Cleo").click()
    expect(own).not_to_have_class(re.compile("mine"))
    expect(own.locator(".from")).to_have_text("Ben")
    own.hover()
    expect(own.get_by_role("button", name="Delete")).to_have_count(0)  # Cleo is no admin
    visit.page.locator("#people").get_by_text("Ann").click()
    own.hover()
    own.get_by_role("button", name="Delete").click()
    visit.page.locator("#alert").get_by_role("button", name="Delete").click()
    expect(own).to_have_count(0)


def test_topics_keep_their_messages_apart(visit: Visitor) -> None:
    visit.page.locator("#chat-list").get_by_text("Garden club").click()
    visit.page.locator("#topics").get_by_text("Ponds").click()
    visit.drop("fish-11.jpg")
    visit.write("The new one in our pond")
    said = visit.posts().filter(has_text="The new one in our pond")
    expect(said).to_be_visible()
    visit.page.locator("#topics").get_by_text("Flowers").click()
    expect(said).to_have_count(0)
    visit.page.locator("#topics").get_by_text("All").click()
    expect(said).to_be_visible()
    visit.write("/status")
    expect(visit.after("/status")).to_contain_text("1 photo remembered", timeout=PATIENCE)  # nothing crosses chats


def test_what_can_not_be_sent_is_said_in_a_sentence(visit: Visitor) -> None:
    broken = [["notes.jpg", "image/jpeg", "bm90IGEgcGljdHVyZQ=="]]
    visit.page.evaluate(browser.DROP, [broken, "drop"])
    visit.write("My notes")
    expect(visit.page.locator("#toast")).to_have_text("notes.jpg is not a picture that can be read.")
    expect(visit.page.locator("#text")).to_have_value("My notes")
    visit.problems.clear()  # the browser itself logs the answer 400
    visit.page.get_by_role("button", name="Remove notes.jpg").click()
    visit.page.evaluate(browser.DROP, [[["notes.txt", "text/plain", "bm90"]], "drop"])
    expect(visit.page.locator("#toast")).to_have_text("Only pictures can be sent here.")
    expect(visit.page.locator("#attached")).to_be_hidden()


def test_everything_works_by_keyboard(visit: Visitor) -> None:
    page = visit.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(visit.posts().last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(visit.posts().nth(-2)).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement.closest('li.post') === [...document.querySelectorAll('li.post')].at(-2)"
    )
    page.locator("#text").focus()
    page.keyboard.type("/statu")
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_have_value("/status ")
    page.keyboard.press("Enter")
    expect(visit.after("/status").last).to_contain_text("remembered", timeout=PATIENCE)


def test_dark_and_phone_width(visit: Visitor, shot: Shot) -> None:
    page = visit.page
    page.get_by_role("button", name="Switch to dark colours").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 33, 43)"
    shot(visit, "dark")
    page.set_viewport_size({"width": 390, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("#chats")).not_to_be_in_viewport()
    expect(page.locator("#text")).to_be_in_viewport()
    page.locator("#open-chats").click()
    expect(page.locator("#chat-list")).to_be_in_viewport()
    page.get_by_role("button", name=re.compile("^Lookback")).click()
    expect(page.locator("#title")).to_have_text("Lookback")
    expect(page.locator("#chats")).not_to_be_in_viewport()
    page.locator("#open-chats").click()
    page.locator("#chat-list").get_by_text("Field trip").click()
    visit.drop("solar-panel-04.jpg")
    visit.write("On our roof now")
    expect(visit.after("On our roof now")).to_have_count(1, timeout=PATIENCE)
    shot(visit, "phone")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1360, 860), (390, 780)], ids=["desk", "phone"])
def test_axe_finds_nothing_to_complain_of(chromium: Browser, quick: str, scheme: str, size: tuple[int, int]) -> None:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    visitor = Visitor(page, quick).ready()
    visitor.page.locator("#text").fill("/")
    found = Axe().run(page)
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_a_reload_of_the_page_shows_the_same_chat(visit: Visitor) -> None:
    before = visit.posts().last.inner_text()
    seeded = visit.page.locator("#timings li", has_text="photos from before").locator("b").inner_text()
    assert int(seeded.split()[0]) >= 40  # also after all the calls that the tests above have caused
    visit.page.reload()
    visit.ready()
    assert visit.posts().last.inner_text() == before
    expect(visit.page.locator("#timings li", has_text=seeded)).to_be_attached()
    expect(visit.page.locator("#calls li").first).to_be_attached()


def test_stop_ends_the_posting_at_telegrams_pace(chromium: Browser, shot: Shot) -> None:
    with browser.sandbox() as url:
        page = chromium.new_page(viewport={"width": 1360, "height": 860})
        visitor = Visitor(page, url).ready()
        visitor.write("/cluster")
        answers = visitor.after("/cluster")
        stop = answers.first.get_by_role("button", name="Stop")
        expect(stop).to_be_visible(timeout=PATIENCE)
        expect(answers.first).to_contain_text("a group takes 20 messages a minute")
        stop.click()
        expect(answers.first).to_contain_text("Stopped.", timeout=PATIENCE)
        expect(stop).to_have_count(0)
        albums = answers.filter(has=page.locator(".words", has_text=re.compile(r"^Album \d")))
        assert 1 <= albums.count() < 4
        page.close()
        assert visitor.problems == []
