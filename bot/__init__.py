"""Lookback: a photo memory for Telegram groups."""

__version__ = "0.1.0"
