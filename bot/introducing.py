"""How the bot introduces itself to Telegram at start: the menus of commands, in every language."""

import logging

from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from bot import texts
from bot.texts.language import LANGUAGES, SOURCE, speaking

MENUS: tuple[tuple[BotCommandScope, dict[str, str]], ...] = (
    (BotCommandScopeAllGroupChats(), texts.COMMANDS),
    (BotCommandScopeAllChatAdministrators(), texts.ADMIN_COMMANDS),
    (BotCommandScopeAllPrivateChats(), texts.PRIVATE_COMMANDS),
)
"""Who is offered which commands."""

logger = logging.getLogger(__name__)


async def introduce(bot: Bot) -> None:
    """Register the commands and warn of privacy mode; a server that refuses this is no reason not to work."""
    try:
        for scope, commands in MENUS:
            await _register(bot, scope, commands)
    except TelegramError as error:
        logger.info("the commands could not be registered: %s", error)
    if not bot.bot.can_read_all_group_messages:
        logger.warning("privacy mode is on: photos of groups reach the bot only where it is an admin (see doctor)")


async def _register(bot: Bot, scope: BotCommandScope, commands: dict[str, str]) -> None:
    """The menu without a language is for people whose app has none of ours (Bot API, setMyCommands)."""
    for code in LANGUAGES:
        with speaking(code):
            await bot.set_my_commands(texts.menu(commands), scope, language_code=None if code == SOURCE else code)
