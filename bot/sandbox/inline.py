"""Inline mode: someone writes `@bot words` in any chat, the bot answers with results, and one of them is sent there.

What is refused: core.telegram.org/method/messages.setInlineBotResults, and Bot API, answerInlineQuery.
"""

import re
from typing import Any

from bot.sandbox import refusals
from bot.sandbox.faults import Call
from bot.sandbox.refusals import Refusal, Violation
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.webhook import WebhookMethods

MOST_RESULTS = 50
MOST_OFFSET, MOST_ID = 64, 64
"""Bytes of a next_offset, and of a result's id."""
MOST_QUERY = 256
"""Characters of a query (Bot API, InlineQuery)."""
PATIENCE = 10.0
"""Seconds in which an inline query has to be answered; nothing official says how many, people report 10
(pyTelegramBotAPI#270 and #1615)."""
PARAMETER = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class Inline(WebhookMethods):
    """Results are the cached photos of `file_id`s; this fake knows no other kind."""

    supports_inline_queries = False

    def ask_inline(self, user: User, words: str, *, offset: str = "", chat_type: str = "supergroup") -> str:
        """Someone has written `@bot words`; the id of the query. Nothing reaches a bot without inline mode."""
        query_id = str(self.number("inline"))
        if self.supports_inline_queries:
            query = {"id": query_id, "from": user.json(), "query": words[:MOST_QUERY], "offset": offset}
            self.inline_queries[query_id] = {"at": self.clock(), "user": user.id}
            self.updates.add("inline_query", query | {"chat_type": chat_type})
        return query_id

    def inline_results(self, query_id: str) -> list[dict[str, Any]] | None:
        """What the one who asked sees; None before the bot has answered."""
        results: list[dict[str, Any]] | None = self.inline_queries.get(query_id, {}).get("results")
        return results

    def choose(self, chat: Chat, user: User, query_id: str, result_id: str) -> Message:
        """The one who asked sends a result to the chat in which they wrote."""
        (chosen,) = [one for one in self.inline_results(query_id) or [] if one["id"] == result_id]
        photo = {"photo": self.files.photo(chosen["photo_file_id"]), "via_bot": self.bot.json()}
        return self.say(chat, user, photo | self.caption_content(chosen))

    def answer_inline_call(self, call: Call) -> bool:
        """`answerInlineQuery`."""
        asked, results = str(call.params.get("inline_query_id")), call.params.get("results")
        if not isinstance(results, list):
            raise Violation(refusals.NOT_JSON.format("inline query results"))
        query = self.inline_queries.get(asked)
        if query is None or "results" in query or self.clock() - query["at"] > PATIENCE:
            raise Refusal(refusals.OLD_QUERY)
        self._check_results(results)
        self._check_rest(call.params)
        query |= {"results": results, "next_offset": call.params.get("next_offset") or "", "call": call.params}
        self.feed.publish("inline", query_id=asked, results=len(results))
        return True

    def _check_results(self, results: list[dict[str, Any]]) -> None:
        if len(results) > MOST_RESULTS:
            raise Violation(refusals.RESULTS_TOO_MUCH)
        ids = [str(one.get("id") or "") for one in results]
        if not all(1 <= len(one.encode()) <= MOST_ID for one in ids):
            raise Violation(refusals.RESULT_ID_INVALID)
        if len(set(ids)) < len(ids):
            raise Violation(refusals.RESULT_ID_DUPLICATE)
        for one in results:
            if one.get("type") != "photo" or "photo_file_id" not in one:
                raise Violation(f"result type {one.get('type')} is not known to this fake")
            self.files.photo(one["photo_file_id"])  # refuses what is no photo
            self.caption_content(one)

    def _check_rest(self, params: dict[str, Any]) -> None:
        if len((params.get("next_offset") or "").encode()) > MOST_OFFSET:
            raise Violation(refusals.OFFSET_INVALID)
        button = params.get("button")
        if button and not (button.get("text") and PARAMETER.match(button.get("start_parameter", ""))):
            raise Violation(refusals.START_PARAMETER_INVALID)
