"""The use case of strictness: from which similarity on photos count as related, in this chat and topic, now."""

import asyncio
from dataclasses import dataclass

import numpy as np

from bot.calibration import Bar, Kin, is_due, level, stretched
from bot.manners import ChatManners, Manners, Strictness
from bot.photos import EventRow, Photos
from bot.vision.fingerprint import wholes
from storage.background import Background

FACTORS = {Strictness.LOOSE: 1.5, Strictness.NORMAL: 1.0, Strictness.STRICT: 0.5, Strictness.AUTO: 1.0}
"""By what the distance of the model's threshold from 1 is multiplied."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a chat was found to be like, when it had so many photos."""

    level: float | None
    photos: int


class Thresholds:
    """A chat's level is one number, kept in memory alone, and found anew when the chat has grown by a tenth."""

    def __init__(self, photos: Photos, manners: ChatManners) -> None:
        self._photos, self._manners = photos, manners
        self._known: dict[int, Calibrated] = {}
        self._at_work = asyncio.Lock()

    async def of(self, event: EventRow, among: int) -> Bar:
        """For the photos of an event; `among` is of how many photos its chat consists.

        Where someone asks, auto is normal: silence would be no answer.
        """
        manners = await self._manners.at(event.chat_id, event.thread_id)
        if manners.strictness is not Strictness.AUTO or event.kind != "photo":
            return Bar(self._fixed(manners))
        return Bar(self._fixed(manners), await self._level(event.chat_id, manners.leeway, among))

    def _fixed(self, manners: Manners) -> float:
        """LOOKBACK_THRESHOLD stands for the model's own, so all of them move with it."""
        rules, model = self._photos.rules, self._photos.model
        normal = model.threshold if rules.threshold is None else rules.threshold
        return stretched(normal, FACTORS[manners.strictness])

    async def _level(self, chat_id: int, leeway: float, among: int) -> float | None:
        async with self._at_work:  # of two photos at a time one looks, the other finds it done
            known = self._known.get(chat_id)
            if known is None or is_due(among, known.photos):
                known = self._known[chat_id] = Calibrated(await self._found(chat_id, leeway), among)
            return known.level

    async def _found(self, chat_id: int, leeway: float) -> float | None:
        workers = self._photos.workers
        seen = await workers.store(self._photos.store.backgrounds.of, chat_id, self._photos.model.id)
        return await workers.search(level, seen.vectors, _kin(seen), leeway=leeway)


def _kin(seen: Background) -> Kin:
    whole = wholes(seen.fingerprints)
    return Kin(
        whole["bits"].astype(np.uint64), whole["sure"].astype(np.uint64), whole["tone"].astype(np.float32),
        seen.events, seen.senders, seen.times,
    )  # fmt: skip
