"""Where Lookback keeps what it knows: one SQLite file. Knows nothing of Telegram, asyncio or models."""
