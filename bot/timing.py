"""How long each stage of the work took: DEBUG records of the logger `bot.timing`, for people and the sandbox's panel.

A record has `stage` (download, decode, embed, search, answer, cluster, picture), `seconds`, `chat_id`, and
`message_ids`: the messages that it was about.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def timed(stage: str, chat_id: int, message_ids: Sequence[int]) -> Iterator[None]:
    """Measure the wall time of the block; nothing is told of one that failed."""
    if not logger.isEnabledFor(logging.DEBUG):
        yield
        return
    begun = time.perf_counter()
    yield
    tell(stage, time.perf_counter() - begun, chat_id, message_ids)


def tell(stage: str, seconds: float, chat_id: int, message_ids: Sequence[int]) -> None:
    """Tell of a stage that took so long."""
    told = {"stage": stage, "seconds": seconds, "chat_id": chat_id, "message_ids": list(message_ids)}
    about = ", ".join(map(str, message_ids))
    logger.debug("%s: %.1f ms (chat %s, message %s)", stage, 1000 * seconds, chat_id, about, extra=told)
