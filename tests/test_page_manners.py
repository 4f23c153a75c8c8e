"""How the page treats what a visitor has begun: drafts, attached photos, long texts, what is deleted, what it lists.

The tests go on in one sandbox, in their order.
"""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from tests import browser
from tests.browser import PATIENCE, Visitor

chromium, quick, visit = browser.chromium, browser.quick, browser.visit

TALK = """async (how_many) => {
    const { state } = await import("/web/state.js");
    for (let number = 0; number < how_many; number += 1) {
        const form = new FormData();
        form.append("fields", JSON.stringify({ chat: state.chat, user: state.me, text: `talk ${number}` }));
        await fetch("/send", { method: "POST", body: form });
    }
}"""
"""Long texts and many messages come this way: typing them would take its time."""


def go_to(visit: Visitor, chat: str) -> None:
    visit.page.locator("#chat-list b").get_by_text(chat, exact=True).click()
    expect(visit.page.locator("#title")).to_have_text(chat)


def chats(visit: Visitor) -> Locator:
    return visit.page.locator("#chat-list .lines b")


def test_the_chat_with_the_latest_message_is_on_top(visit: Visitor) -> None:
    expect(chats(visit)).to_have_text(["Field trip", "Garden club", "Lookback"])
    go_to(visit, "Lookback")
    visit.write("Hello there")
    expect(chats(visit).first).to_have_text("Lookback")
    go_to(visit, "Garden club")
    visit.write("Hello, gardeners")
    expect(chats(visit).first).to_have_text("Garden club")
    visit.page.reload()
    expect(chats(visit)).to_have_count(3)
    assert set(chats(visit).all_inner_texts()[:2]) == {"Garden club", "Lookback"}


def test_the_list_shows_the_last_message_after_older_ones_have_loaded(visit: Visitor) -> None:
    visit.write("Look at these")
    preview = visit.page.locator("#chat-list [aria-current] .lines span")
    expect(preview).to_have_text("Ann: Look at these")
    visit.page.evaluate(TALK, 62)
    expect(preview).to_have_text("Ann: talk 61")
    visit.page.reload()
    visit.find("Look at these")
    visit.page.locator("#people").get_by_text("Ben").click()  # the list is drawn anew
    expect(preview).to_have_text("Ann: talk 61")


def test_an_album_is_listed_by_its_caption_or_its_number(visit: Visitor) -> None:
    preview = visit.page.locator("#chat-list [aria-current] .lines span")
    go_to(visit, "Lookback")
    visit.drop("fish-12.jpg", "windmill-02.jpg")
    visit.write("Two of them")
    expect(preview).to_have_text("Two of them")
    visit.drop("fish-12.jpg", "windmill-02.jpg")
    visit.page.locator("#send").click()
    expect(preview).to_have_text("2 photos")


def test_drafts_stay_in_their_chats(visit: Visitor) -> None:
    text = visit.page.locator("#text")
    visit.posts().last.hover()
    visit.posts().last.get_by_role("button", name="Reply", exact=True).click()
    visit.drop("fish-12.jpg", "fish-13.jpg")
    text.fill("Half a sen")
    go_to(visit, "Garden club")
    expect(text).to_have_value("")
    expect(text).to_have_attribute("placeholder", "Message to General, or / for commands")
    expect(visit.page.locator("#attached")).to_be_hidden()
    expect(visit.page.locator("#answering")).to_be_hidden()
    visit.write("Said elsewhere meanwhile")
    expect(visit.posts().last).to_contain_text("Said elsewhere meanwhile")
    go_to(visit, "Field trip")
    expect(text).to_have_value("Half a sen")
    expect(text).to_have_attribute("placeholder", "Add a caption")
    expect(visit.page.locator("#attached li")).to_have_count(2)
    expect(visit.page.locator("#answering")).to_contain_text("Reply to")
    visit.page.locator("#people").get_by_text("Cleo").click()
    expect(visit.page.locator("#attached li")).to_have_count(2)
    expect(text).to_have_value("Half a sen")


def test_a_reload_keeps_the_text_and_who_one_is(visit: Visitor) -> None:
    visit.page.locator("#people").get_by_text("Cleo").click()
    visit.page.locator("#text").fill("Not yet")
    visit.page.reload()
    expect(visit.page.locator("#people").get_by_role("radio", name="Cleo")).to_be_checked()
    expect(visit.page.locator("#text")).to_have_value("Not yet")
    visit.write("Not yet, now")
    expect(visit.posts().last).to_contain_text("Not yet, now")
    visit.page.reload()
    expect(visit.page.locator("#people label")).to_have_count(3)
    expect(visit.page.locator("#text")).to_have_value("")


def test_a_member_who_is_gone_is_not_chosen(visit: Visitor) -> None:
    visit.page.evaluate("sessionStorage.setItem('lookback-sandbox', JSON.stringify({ me: 4711 }))")
    visit.page.reload()
    expect(visit.page.locator("#people").get_by_role("radio", name="Ann")).to_be_checked()


def test_escape_drops_the_reply_and_then_the_photos(visit: Visitor) -> None:
    attached, text = visit.page.locator("#attached"), visit.page.locator("#text")
    visit.drop("fish-12.jpg", "fish-13.jpg")
    visit.posts().last.hover()
    visit.posts().last.get_by_role("button", name="Reply", exact=True).click()
    text.press("Escape")
    expect(visit.page.locator("#answering")).to_be_hidden()
    expect(attached.locator("li")).to_have_count(2)
    text.press("Escape")
    expect(attached).to_be_hidden()
    visit.drop("fish-12.jpg", "fish-13.jpg")
    attached.get_by_role("button", name="Remove all").click()
    expect(attached).to_be_hidden()
    expect(text).to_be_focused()
    expect(text).to_have_attribute("placeholder", "Message, or / for commands")


def test_more_than_ten_photos_are_said_to_be_albums(visit: Visitor) -> None:
    options = visit.page.locator(".options")
    visit.drop(*["fish-12.jpg"] * 10)
    expect(options).to_contain_text("Album of 10 photos")
    visit.drop("fish-13.jpg")
    expect(options).to_contain_text("11 photos, sent as 1 album and one photo")
    visit.drop("fish-13.jpg")
    expect(options).to_contain_text("12 photos, sent as 2 albums")


def test_what_is_too_long_is_refused_whole(visit: Visitor) -> None:
    text, counter = visit.page.locator("#text"), visit.page.locator("#counter")
    posts = visit.posts().last.inner_text()
    text.fill("x" * 4000)
    expect(counter).to_have_text("96 characters left")
    text.fill("x" * 4097)
    expect(counter).to_have_text("1 character too many for one message")
    text.press("Enter")
    expect(visit.page.locator("#toast")).to_contain_text("4,096 characters at most; this one has 4,097")
    assert len(text.input_value()) == 4097
    text.fill("y" * 1025)
    expect(counter).to_be_hidden()
    visit.drop("fish-12.jpg")
    expect(counter).to_have_text("1 character too many for one caption")
    text.press("Enter")
    expect(visit.page.locator("#toast")).to_contain_text("1,024 characters at most; this one has 1,025")
    assert visit.posts().last.inner_text() == posts


def test_a_lone_slash_is_no_message(visit: Visitor) -> None:
    last = visit.posts().last.inner_text()
    visit.page.locator("#text").fill("/")
    visit.page.locator("#text").press("Escape")
    visit.page.locator("#send").click()
    expect(visit.page.get_by_role("option", name="/similar")).to_be_visible()  # the commands, to choose one
    assert visit.posts().last.inner_text() == last


def test_nothing_is_deleted_unasked(visit: Visitor) -> None:
    visit.write("To be deleted")
    own = visit.posts().filter(has_text="To be deleted")
    asked = visit.page.locator("#alert")
    for key in ("Escape", "Enter"):  # Enter presses what has the focus: Cancel
        own.hover()
        own.get_by_role("button", name="Delete").click()
        expect(asked).to_contain_text("Delete this message for everyone?")
        visit.page.keyboard.press(key)
        expect(asked).to_be_hidden()
        expect(own).to_have_count(1)
    own.get_by_role("button", name="Delete").click()
    visit.page.keyboard.press("Tab")
    assert Axe().run(visit.page).violations_count == 0
    visit.page.keyboard.press("Enter")
    expect(own).to_have_count(0)


def test_the_samples_are_one_stop_of_tab(visit: Visitor) -> None:
    first = visit.page.locator("#strip li button").first
    first.focus()
    visit.page.keyboard.press("ArrowRight")
    expect(visit.page.locator("#strip li button").nth(1)).to_be_focused()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('#strip')") is None
    visit.page.keyboard.press("Shift+Tab")
    expect(visit.page.locator("#strip li button").nth(1)).to_be_focused()


def test_work_of_today_is_filed_under_today_where_its_message_is_not_loaded(visit: Visitor) -> None:
    rows = visit.page.locator("#timings li b")
    visit.drop("fish-11.jpg")
    visit.write("Swims below")
    expect(visit.after("Swims below")).to_have_count(1, timeout=PATIENCE)
    visit.write("/cluster")
    expect(rows.filter(has_text="/cluster from Ann")).to_have_count(1, timeout=PATIENCE)
    albums = visit.after("/cluster").filter(has_text=re.compile(r"\d+ albums"))
    expect(albums.first).to_be_visible(timeout=PATIENCE)
    seeded = rows.filter(has_text="from before").inner_text()
    visit.page.evaluate(TALK, 62)
    visit.page.reload()
    expect(rows.filter(has_text=re.compile("^Photo$")).first).to_be_visible()
    expect(rows.filter(has_text=re.compile("^/cluster$"))).to_have_count(1)
    expect(rows.filter(has_text="from before")).to_have_text(seeded)
    expect(visit.page.locator("#timings li", has_text="from before")).to_contain_text("added up")


def test_a_panel_without_rows_shows_its_hint_and_no_legend(visit: Visitor) -> None:
    legend, hint = visit.page.locator("#legend"), visit.page.locator("#timings-hint")
    expect(legend).to_contain_text("sort")
    expect(hint).to_be_hidden()
    visit.page.evaluate("import('/web/panel.js').then((panel) => panel.clear())")
    expect(hint).to_be_visible()
    expect(legend).to_be_hidden()


def test_a_picture_of_an_answer_shows_its_own_line(visit: Visitor) -> None:
    visit.drop("windmill-02.jpg")
    visit.write("A third mill")
    post = visit.posts().filter(has_text="A third mill").first
    post.hover()
    post.get_by_role("button", name="Reply").click()
    visit.write("/similar")
    answer = visit.page.locator("li.post", has=visit.page.locator(".quote", has_text="/similar")).last
    answer.locator(".picture").nth(1).click(timeout=PATIENCE)
    line = visit.page.locator("#viewer p span")
    expect(line).to_have_text(re.compile(r"^\d\. \d+% · \w+ · \d+ \w+ \d{4}$"))
    second = int(line.inner_text()[0])
    visit.page.keyboard.press("ArrowLeft")
    expect(line).to_have_text(re.compile(rf"^{second - 1}\. "))


def test_the_bot_has_one_colour(visit: Visitor) -> None:
    bubble = visit.page.locator(".post:not(.mine) > .avatar").last.get_attribute("class")
    go_to(visit, "Lookback")
    assert visit.page.locator("#face").get_attribute("class") == bubble
    assert visit.page.locator("#chat-list [aria-current] .avatar").get_attribute("class") == bubble


def test_what_the_bot_is_doing_ends_with_what_it_says(visit: Visitor) -> None:
    go_to(visit, "Garden club")
    for name in ("fish-12", "fish-13", "fish-14", "windmill-02"):
        visit.drop(f"{name}.jpg")
        visit.write(f"For albums: {name}")
        expect(visit.posts().filter(has_text=f"For albums: {name}")).to_have_count(1)
    visit.write("/cluster 40")
    expect(visit.after("/cluster 40").first).to_be_visible(timeout=PATIENCE)
    visit.page.wait_for_timeout(1500)  # less than the five seconds that an action lasts
    expect(visit.page.locator("#subtitle")).to_have_text("3 members and Lookback", timeout=500)


def test_a_forum_says_where_a_message_goes_and_was_sent(visit: Visitor) -> None:
    go_to(visit, "Garden club")
    visit.page.locator("#topics").get_by_text("Ponds").click()
    expect(visit.page.locator("#text")).to_have_attribute("placeholder", "Message to Ponds, or / for commands")
    visit.write("Frogs are back")
    said = visit.posts().filter(has_text="Frogs are back")
    expect(said.locator(".topic")).to_have_count(0)
    visit.page.locator("#topics").get_by_text("All").click()
    expect(said.locator(".topic")).to_have_text("Ponds")
    expect(visit.page.locator("#text")).to_have_attribute("placeholder", "Message to General, or / for commands")


def test_a_file_is_named_in_the_list_of_calls(visit: Visitor) -> None:
    visit.drop("fish-12.jpg")
    visit.page.get_by_label("Send as a file").check()
    visit.write("In full size")
    said = visit.page.locator("#calls .in .about").first
    expect(said).to_have_text("file from Ann: In full size")


def test_a_finger_reaches_reply_and_delete(chromium: Browser, quick: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    visitor = Visitor(context.new_page(), quick).ready()
    visitor.write("Tapped")
    own = visitor.posts().filter(has_text="Tapped").last
    expect(own.get_by_role("button", name="Reply", exact=True)).to_be_hidden()
    own.locator(".words").tap()
    expect(own.get_by_role("button", name="Reply", exact=True)).to_be_in_viewport()
    expect(own.get_by_role("button", name="Delete")).to_be_in_viewport()
    own.locator(".more").tap()
    expect(own.get_by_role("button", name="Reply", exact=True)).to_be_hidden()
    own.locator(".more").tap()
    found = Axe().run(visitor.page)
    assert found.violations_count == 0, found.generate_report()
    own.get_by_role("button", name="Reply", exact=True).tap()
    expect(visitor.page.locator("#answering")).to_contain_text("Reply to Ann")
    context.close()
    assert visitor.problems == []
