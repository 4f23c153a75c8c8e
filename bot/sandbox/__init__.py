"""A Telegram on this machine: one model of it, with a door in process and a door over HTTP.

It keeps what the bot can notice: chats, messages, files in several sizes, updates with confirmation, limits, and
Telegram's own refusals. It is the project's one fake of Telegram.
"""
