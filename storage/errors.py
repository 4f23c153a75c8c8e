"""What can go wrong with the store, each told as one sentence to the person who runs the bot."""


class StoreError(Exception):
    """The database can't be used; the text is one sentence for the person who runs the bot."""


class NewerDatabase(StoreError):
    """The file was written by a newer Lookback than this one."""
