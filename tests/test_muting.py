"""`/mute` and `/unmute`: what is muted is never matched again in its chat, and only there."""

import asyncio

import pytest

from bot import texts
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import muting, privacy
from bot.texts.language import speaking
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES, link, links
from tests.test_forgetting import at, remembered, said
from tests.test_gone import found, log_emptied, traces
from tests.test_tiers_in_chat import as_it_is, cropped, edited, shipped


def shown(telegram: Telegram, chat: Chat) -> list[Message]:
    """The messages in which the bot has shown photos."""
    return [message for message in telegram.bot_messages(chat) if "photo" in message]


def muted(memory: Memory) -> list[tuple[int, int]]:
    """Chat and message of every photo that is marked."""
    sql = "SELECT origin_chat_id, message_id FROM photos WHERE muted = 1 ORDER BY id"
    return [tuple(row) for row in memory.ask(sql)]


@pytest.mark.parametrize("who", ["sender", "admin", "anonymous admin"])
async def test_a_muted_photo_is_no_candidate_any_more_for_its_sender_and_for_admins(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, who: str
) -> None:
    async with start():
        template, other = (telegram.send_photo(group, ben, picture(c), date=LONG_AGO) for c in (RED, SHADES[0]))
        await memory.settled()
        asker = ben if who == "sender" else ann
        telegram.send_text(
            group, asker, "/mute", reply_to=template["message_id"], anonymous=who == "anonymous admin"
        )  # fmt: skip
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert said(telegram, group) == [muting.muted()]
    assert [message["photo"] for message in shown(telegram, group)] == [other["photo"]]
    assert muted(memory) == at(template)


async def test_a_new_copy_of_a_muted_photo_is_remembered_muted_and_not_answered_also_after_a_restart(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        template, _ = (telegram.send_photo(group, ben, picture(c), date=LONG_AGO) for c in (RED, SHADES[0]))
        await memory.settled()
        telegram.send_text(group, ben, "/mute", reply_to=template["message_id"])
        await memory.settled()
        copies = [telegram.forward(template, group, ann)]
        await memory.settled()
    async with start():
        copies.append(telegram.forward(template, group, ann))
        await memory.settled()
        telegram.send_text(group, ann, "/similar", reply_to=copies[-1]["message_id"])
        await memory.settled()
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    assert shown(telegram, group) == []
    assert memory.states() == ["stale", "stale", "silent", "silent"]
    assert muted(memory) == at(template, *copies)
    assert said(telegram, group)[1] == muting.similar_to_muted()
    assert "\n1 muted\n" in said(telegram, group)[2]


async def test_unmute_in_reply_to_any_copy_takes_it_back(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        template = telegram.send_photo(group, ben, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ben, "/mute", reply_to=template["message_id"])
        await memory.settled()
        copy = telegram.forward(template, group, ann)
        await memory.settled()
        for _ in range(2):
            telegram.send_text(group, ann, "/unmute", reply_to=copy["message_id"])
            await memory.settled()
        telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
    assert said(telegram, group) == [muting.muted(), muting.unmuted(), muting.not_muted()]
    assert [message["photo"] for message in shown(telegram, group)] == [template["photo"]]  # for its copy as well
    assert muted(memory) == []


async def test_other_members_and_rights_that_nobody_confirms_change_nothing(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        photo, loud = (telegram.send_photo(group, ann, picture(c), date=LONG_AGO) for c in (RED, GREEN))
        bens = telegram.send_photo(group, ben, picture(BLUE), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ann, "/mute", reply_to=photo["message_id"])
        await memory.settled()
        telegram.send_text(group, ben, "/unmute", reply_to=photo["message_id"])
        telegram.send_text(group, ben, "/mute", reply_to=loud["message_id"])
        await memory.settled()
        telegram.faults.add("getChatMember", "500", times=100)
        telegram.send_text(group, ann, "/mute", reply_to=bens["message_id"])
        await memory.settled()
    assert said(telegram, group) == [muting.muted(), *[muting.only_sender_or_admin()] * 2, texts.rights_unknown()]
    assert muted(memory) == at(photo)


async def test_an_answer_of_mine_with_one_photo_stands_for_that_photo(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    carl = telegram.add_user("Carl")
    group.members.append(carl)
    async with start():
        template = telegram.send_photo(group, ben, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(SHADES[0]))
        await memory.settled()
        (answer,) = shown(telegram, group)
        for asker in (carl, ben):
            telegram.send_text(group, asker, "/mute", reply_to=answer["message_id"])
            await memory.settled()
        assert muted(memory) == at(template)
        for asker in (carl, ann):
            telegram.send_text(group, asker, "/unmute", reply_to=answer["message_id"])
            await memory.settled()
    refused = muting.only_sender_or_admin()
    assert said(telegram, group) == [refused, muting.muted(), refused, muting.unmuted()]
    assert muted(memory) == []


async def test_where_it_cannot_be_told_which_photo_is_meant_a_sentence_says_so(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        for colour in (RED, SHADES[0]):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        document = telegram.send_document(group, ann, picture(GREEN), date=LONG_AGO)
        words = telegram.send_text(group, ann, "hello")
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))  # answered with two
        await memory.settled()
        telegram.send_photo(group, ann, picture(GREEN))  # answered with the document's picture, uploaded anew
        await memory.settled()
        two, _, anew = shown(telegram, group)
        for target in (None, words, two, anew, document):
            telegram.send_text(group, ann, "/mute", reply_to=target and target["message_id"])
            await memory.settled()
        for target in (None, words, two):
            telegram.send_text(group, ann, "/unmute", reply_to=target and target["message_id"])
            await memory.settled()
    assert said(telegram, group) == [
        *[muting.mute_usage()] * 2, muting.which_of_my_photos(), muting.unknown_of_mine(), muting.muted(),
        *[muting.unmute_usage()] * 2, muting.which_of_my_photos(),
    ]  # fmt: skip
    assert muted(memory) == at(document)


async def test_a_mute_holds_in_its_own_chat_alone(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann, ben], admins=[ann])
    async with start():
        template = telegram.send_photo(group, ben, picture(RED), date=LONG_AGO)
        theirs = telegram.forward(template, other, ben)
        await memory.settled()
        telegram.send_text(group, ben, "/mute", reply_to=template["message_id"])
        await memory.settled()
        telegram.forward(template, other, ann)
        await memory.settled()
        telegram.send_text(other, ann, "/unmute", reply_to=theirs["message_id"])
        await memory.settled()
    answer, reply = telegram.bot_messages(other)
    assert answer["text"].startswith("Same photo: Ben sent it ")
    assert links(answer) == [link(theirs)]
    assert reply["text"] == muting.not_muted()
    assert muted(memory) == at(template)


async def test_a_mute_outlives_the_migration_to_a_supergroup(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    basic = telegram.new_chat("group", "Hikers", members=[ann], admins=[ann])
    async with start():
        template = telegram.send_photo(basic, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(basic, ann, "/mute", reply_to=template["message_id"])
        await memory.settled()
        moved = telegram.migrate(basic)
        await memory.settled()
        copy = telegram.forward(template, moved, ann)
        telegram.send_photo(moved, ann, picture(SHADES[0]))
        await memory.settled()
        assert shown(telegram, moved) == []
        assert muted(memory) == at(template, copy)
        telegram.send_text(moved, ann, "/unmute", reply_to=copy["message_id"])
        await memory.settled()
    assert said(telegram, moved) == [muting.unmuted()]
    assert muted(memory) == []


async def test_a_photo_from_before_the_bot_came_is_remembered_muted_and_a_refused_one_is_not(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    old, refused = (
        telegram.post(group, who, {"photo": telegram.files.add_photo(picture(RED))}, date=LONG_AGO)
        for who in (ann, ben)
    )
    async with start():
        telegram.send_text(group, ben, "/forget me")
        await memory.settled()
        for target in (old, refused):
            telegram.send_text(group, ann, "/mute", reply_to=target["message_id"])
            await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert said(telegram, group)[1:] == [muting.muted(), privacy.not_to_be_remembered()]
    assert shown(telegram, group) == []
    assert muted(memory) == at(old)
    assert at(refused)[0] not in remembered(memory)


async def test_albums_keep_what_is_muted_and_only_the_others_of_an_event_are_matched(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        template = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(SHADES[1]), date=LONG_AGO)
        for colour in (GREEN, GREEN):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ann, "/mute", reply_to=template["message_id"])
        await memory.settled()
        telegram.send_photo(group, ann, template["photo"], album="7")
        telegram.send_photo(group, ann, picture(GREEN), album="7")
        await memory.settled()
        assert [len(message["photo"]) > 0 for message in shown(telegram, group)] == [True, True]  # the green ones
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled(60)
    assert memory.value("SELECT sum(size) FROM albums") == 6
    template_id = memory.photo(template)["id"]
    assert memory.value("SELECT count(*) FROM album_photos WHERE photo_id = ?", template_id) == 1


async def test_another_picture_in_the_place_of_a_muted_one_is_not_muted_and_another_caption_is(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        template, worded = (telegram.send_photo(group, ann, picture(c), date=LONG_AGO) for c in (RED, BLUE))
        await memory.settled()
        for message in (template, worded):
            telegram.send_text(group, ann, "/mute", reply_to=message["message_id"])
        await memory.settled()
        telegram.edit_photo(group, template, picture(GREEN))
        telegram.edit_caption(group, worded, "still the same")
        await memory.settled()
    assert muted(memory) == at(worded)


async def test_a_forgotten_photo_takes_its_mute_with_it_and_leaves_no_trace(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    zoe = telegram.add_user("Zoe-Quetzalcoatl")
    group.members.append(zoe)
    telegram.faults.add("sendMessage", "dropped_after")  # an update that goes wrong stays in the inbox
    async with start():
        template = telegram.send_photo(group, zoe, picture(RED), date=LONG_AGO, caption="Ixtaccihuatl at dawn")
        telegram.send_photo(group, ben, picture(SHADES[0]), date=LONG_AGO)
        await memory.settled()
        for _ in range(2):
            telegram.send_text(group, zoe, "/mute", reply_to=template["message_id"])
            await memory.settled()
        traced = traces(template, memory.vector(template).astype("<f4").tobytes())
        assert found(memory, traced) == sorted(traced)
        telegram.send_text(group, zoe, "/forget", reply_to=template["message_id"])
        await memory.settled()
        await asyncio.sleep(0.6)
        await log_emptied(telegram, memory)
        assert found(memory, traced) == []
        copy = telegram.forward(template, group, ben)
        await memory.settled()
    assert muted(memory) == []
    assert shown(telegram, group)[-1]["reply_to_message"]["message_id"] == copy["message_id"]


async def test_what_shows_a_muted_photo_is_muted_too_saved_anew_or_edited_and_from_before_as_well(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start(threshold=0.0) as app:  # every photo is similar to every other
        await lookback(app).manners.change(group.id, strictness="normal")
        template, before, stays = (
            telegram.send_photo(group, ann, data, date=LONG_AGO)
            for data in (shipped("dam-01"), edited("dam-01", as_it_is, 60), shipped("fish-01"))
        )
        await memory.settled()
        telegram.send_text(group, ann, "/mute", reply_to=template["message_id"])
        await memory.settled()
        anew, crop = (telegram.send_photo(group, ben, edited("dam-01", how, 70)) for how in (as_it_is, cropped))
        await memory.settled()
        assert shown(telegram, group) == []
        other = telegram.send_photo(group, ben, shipped("tool-01"))
        await memory.settled()
        (answer,) = shown(telegram, group)
        telegram.send_text(group, ben, "/similar", reply_to=crop["message_id"])
        await memory.settled()
        telegram.send_text(group, ann, "/unmute", reply_to=before["message_id"])
        await memory.settled()
        telegram.send_photo(group, ben, edited("dam-01", cropped, 60))
        await memory.settled()
    assert answer["reply_to_message"]["message_id"] == other["message_id"]
    assert answer["photo"] == stays["photo"]
    assert said(telegram, group)[:3] == [muting.muted(), muting.similar_to_muted(), muting.unmuted()]
    assert muted(memory) == []
    links_now = [url for message in telegram.bot_messages(group)[-1:] for url in links(message)]
    assert link(template) in links_now or link(anew) in links_now


async def test_unmute_names_no_other_photo_than_the_one_that_is_shown(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        first, second = (
            telegram.send_photo(group, ann, shipped(name), date=LONG_AGO) for name in ("dam-01", "fish-01")
        )
        await memory.settled()
        for target in (first, second):
            telegram.send_text(group, ann, "/mute", reply_to=target["message_id"])
        await memory.settled()
        telegram.send_text(group, ann, "/unmute", reply_to=second["message_id"])
        await memory.settled()
    assert muted(memory) == at(first)


async def test_a_german_group_is_told_in_german(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, language="de")
        template = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        for user, text in ((ben, "/mute"), (ann, "/mute"), (ann, "/similar"), (ann, "/unmute"), (ann, "/unmute")):
            telegram.send_text(group, user, text, reply_to=template["message_id"])
            await memory.settled()
        for text in ("/mute", "/unmute"):
            telegram.send_text(group, ann, text)
            await memory.settled()
    english = [
        muting.only_sender_or_admin(), muting.muted(), muting.similar_to_muted(), muting.unmuted(),
        muting.not_muted(), muting.mute_usage(), muting.unmute_usage(),
    ]  # fmt: skip
    with speaking("de"):
        expected = [
            muting.only_sender_or_admin(), muting.muted(), muting.similar_to_muted(), muting.unmuted(),
            muting.not_muted(), muting.mute_usage(), muting.unmute_usage(),
        ]  # fmt: skip
    assert said(telegram, group) == expected
    assert not set(expected) & set(english)


async def test_of_an_album_only_the_photo_that_is_replied_to_is_muted_and_that_is_said(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        first, second = (
            telegram.send_photo(group, ann, picture(c), date=LONG_AGO, album="7") for c in (RED, GREEN)
        )  # fmt: skip
        await memory.settled()
        telegram.send_text(group, ann, "/mute", reply_to=second["message_id"])
        await memory.settled()
    assert said(telegram, group) == [muting.muted(of_album=True)]
    assert said(telegram, group)[0].endswith("only this photo is muted.")
    assert muted(memory) == at(second)
    assert first["media_group_id"] == second["media_group_id"]
