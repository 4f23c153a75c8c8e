"""Memory that is free but not given back: after a burst glibc keeps what the model's batches used, for nobody. And
memory that stays, which Python's garbage collector need not look through again and again."""

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Return free memory to the system (glibc's malloc_trim(3)); elsewhere nothing."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


def settle() -> None:
    """Let the collector leave out what is in memory now: what torch and scipy have made at import stays for good, and a
    full collection of it stops every thread for 0.3 s (measured; `gc.freeze`). Where little was imported since the last
    time, nothing: what a program throws away should not be kept."""
    if len(sys.modules) - _settled["modules"] >= MANY:
        _settled["modules"] = len(sys.modules)
        gc.collect()
        gc.freeze()


MANY = 300
"""Modules whose objects are worth it."""
_settled = {"modules": 0}


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None  # macOS, musl, Windows
    return found
