"""What can go wrong with the store, each told as one sentence to the person who runs the bot."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class StoreError(Exception):
    """The database can't be used; the text is one sentence for the person who runs the bot."""


class NewerDatabase(StoreError):
    """The file was written by a newer Lookback than this one."""


@contextmanager
def one_sentence(what: str) -> Iterator[None]:
    """Turn what the disk does to SQLite (full, locked, failing) into a StoreError; a wrong statement stays itself."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"{what}: {error}.") from error
