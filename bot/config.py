"""Settings: the only reader of the environment and of `.env`. Imports nothing of ours.

`Settings(...)` reads no environment, so a test that builds one is not disturbed by the machine it runs on;
`Settings.load()` is what the commands use.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "LOOKBACK_"
ENV_FILE = ".env"
TELEGRAM = "https://api.telegram.org"
# core.telegram.org/bots/api#setwebhook: "Ports currently supported for webhooks: 443, 80, 88, 8443".
WEBHOOK_PORTS = (443, 80, 88, 8443)
SECRETS = {"token": r"[A-Za-z0-9:_-]+", "webhook_secret": r"[A-Za-z0-9_-]{1,256}"}


class SettingsError(Exception):
    """A setting is missing or wrong; str() is one sentence that names the variable and never its value."""


def setting(default: Any, description: str, must: str, **bounds: Any) -> Any:
    """A field with its line for the README and the end of the sentence "LOOKBACK_X must …"."""
    return Field(default, description=description, json_schema_extra={"must": must}, **bounds)


class Settings(BaseModel):
    """Everything that can be set. Field `x` is the variable LOOKBACK_X."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    token: SecretStr | None = setting(
        None,
        "The bot's token, from @BotFather. The only setting that you have to make.",
        "be the token as @BotFather gave it, like 123456:ABC-def, with nothing around it",
    )
    model: str = setting(
        "ViT-B-32:openai",
        "The CLIP model: `name:pretrained` of open_clip, `hf-hub:owner/name`, `local-dir:/folder`, or "
        "`pocket`, the small one that ships with Lookback and needs no download.",
        "name a model, like pocket, ViT-B-32:openai, hf-hub:owner/name or local-dir:/folder",
        min_length=1,
    )
    database: Path = setting(
        Path("lookback.db"),
        "Path of the SQLite file. Its folder is made when it is missing.",
        "be the path of a file, like /var/lib/lookback/lookback.db",
    )
    api_url: str = setting(
        TELEGRAM,
        "Root of the Bot API server; files are looked for under `/file`.",
        "be the root of a Bot API server, like https://api.telegram.org",
    )
    allowed_chats: Annotated[frozenset[int], NoDecode] = setting(
        frozenset(),
        "Chat ids, with commas between them; all other chats are ignored. Empty: every chat.",
        "be chat ids with commas between them, like -1001234567890,-42",
    )
    album_wait: float = setting(
        1.5,
        "Seconds without a further photo after which an album counts as complete.",
        "be a number of seconds from 0 to 60",
        ge=0,
        le=60,
        allow_inf_nan=False,
    )
    threshold: float | None = setting(
        None,
        "Cosine similarity, 0 to 1, from which a photo counts as similar. Empty: the model's own.",
        "be a number from 0 to 1",
        ge=0,
        le=1,
        allow_inf_nan=False,
    )
    answer_photos: int = setting(
        5, "How many photos an answer shows at most.", "be a whole number from 1 to 10", ge=1, le=10
    )
    fresh: float = setting(
        120.0,
        "Seconds after which a photo is remembered but no longer answered, as after downtime.",
        "be a number of seconds, 0 or more",
        ge=0,
        allow_inf_nan=False,
    )
    cluster_albums: int = setting(
        4, "How many albums `/cluster` posts without being asked for more.", "be a whole number from 0 to 10",
        ge=0, le=10,
    )  # fmt: skip
    retention_days: int | None = setting(
        None, "Days after which a photo is forgotten. Empty: it is kept until someone forgets it.",
        "be a whole number of days from 1 to 36500", ge=1, le=36500,
    )  # fmt: skip
    grace_days: int = setting(
        30, "Days for which a chat is kept after the bot was removed from it, should it be added again.",
        "be a whole number of days from 0 to 36500", ge=0, le=36500,
    )  # fmt: skip
    device: str = setting(
        "auto",
        "Where the model runs: `auto`, `cpu`, `cuda`, `cuda:1` or `mps`.",
        "be auto, cpu, cuda, cuda:1 or mps",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
    )
    batch: int = setting(
        16, "How many waiting photos are embedded together at most.", "be a whole number from 1 to 256",
        ge=1, le=256,
    )  # fmt: skip
    max_pixels: int = setting(
        50_000_000,
        "Images of more pixels than this are refused before they are decoded.",
        "be a whole number, 1 or more",
        ge=1,
    )
    webhook_url: str | None = setting(
        None,
        "Public https address to which Telegram sends updates. Empty: long polling.",
        "be an https address on port 443, 80, 88 or 8443",
    )
    webhook_listen: str = setting(
        "127.0.0.1", "Address on which the webhook listens.", "be an address like 127.0.0.1", min_length=1
    )
    webhook_port: int = setting(
        8443, "Port on which the webhook listens.", "be a whole number from 1 to 65535", ge=1, le=65535
    )
    webhook_secret: SecretStr | None = setting(
        None,
        "1 to 256 of `A-Z a-z 0-9 _ -`; a webhook needs it: it proves that Telegram is calling.",
        "be 1 to 256 of the characters A-Z, a-z, 0-9, _ and -",
    )
    log_level: str = setting(
        "INFO",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
        "be DEBUG, INFO, WARNING or ERROR",
        pattern=r"^(DEBUG|INFO|WARNING|ERROR)$",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _strip(cls, value: Any) -> Any:
        """Blanks around a value come from copying, never from intent."""
        return value.strip() if isinstance(value, str) else value

    @field_validator("allowed_chats", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("token", "webhook_secret")
    @classmethod
    def _plain(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """A token has only to fit into a URL: another server's tokens may look different."""
        if secret is not None and not re.fullmatch(SECRETS[str(info.field_name)], secret.get_secret_value()):
            raise ValueError
        return secret

    @field_validator("api_url", "webhook_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        # The port is read because urlsplit looks at it that late; a user name would end up in logs.
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.username:
            raise ValueError
        return value.rstrip("/")

    @field_validator("database")
    @classmethod
    def _home(cls, value: Path) -> Path:
        if value.name in ("", ".."):
            raise ValueError
        return value.expanduser()

    @model_validator(mode="after")
    def _webhook(self) -> Self:
        """Needs a secret; Telegram's own servers take https and four ports, a local server takes anything."""
        if self.webhook_url is None:
            return self
        parts = urlsplit(self.webhook_url)
        if self.api_url == TELEGRAM and (parts.scheme != "https" or (parts.port or 443) not in WEBHOOK_PORTS):
            raise SettingsError(_sentence("webhook_url"))
        if self.webhook_secret is None:
            raise SettingsError(
                f"{PREFIX}WEBHOOK_SECRET is missing: with {PREFIX}WEBHOOK_URL set it must "
                f"{_must('webhook_secret')}, so that nobody but Telegram can send updates."
            )
        return self

    @classmethod
    def load(cls) -> Settings:
        """From the environment, then `.env` in the working directory; an empty value counts as not set.

        Raises:
            SettingsError: a value is wrong, or `.env` cannot be read.
        """
        try:
            return _Environment()
        except ValidationError as error:
            raise SettingsError(_sentence(str(error.errors()[0]["loc"][0]))) from None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise SettingsError(
                f"{Path(ENV_FILE).resolve()} with the {PREFIX}… settings cannot be read: {reason}."
            ) from None

    def require_token(self) -> str:
        """The token in the clear, for whoever builds the Bot.

        Raises:
            SettingsError: none is set.
        """
        if self.token is None:
            raise SettingsError(
                f"{PREFIX}TOKEN is missing: get a token from @BotFather in Telegram (/newbot) and set "
                f"{PREFIX}TOKEN in the environment or in a file named .env here."
            )
        return self.token.get_secret_value()

    def require_folder(self) -> None:
        """Make the database's folder and see that both can be written to.

        Raises:
            SettingsError: they cannot.
        """
        folder = self.database.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(folder, error.strerror) from None
        if self.database.exists() and not self.database.is_file():
            raise _unusable(self.database, "it is not a file")
        # SQLite writes its journals next to the file, so the folder has to be writable too.
        for path in (folder, self.database):
            if path.exists() and not os.access(path, os.W_OK):
                raise _unusable(path, "Permission denied")

    def secrets(self) -> tuple[str, ...]:
        """What may never be printed."""
        return tuple(secret.get_secret_value() for secret in (self.token, self.webhook_secret) if secret)


class _Environment(Settings, BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )


def variable(field: str) -> str:
    """The environment's name of a field."""
    return f"{PREFIX}{field.upper()}"


def unknown_names() -> list[str]:
    """LOOKBACK_… names that are set and mean nothing, each with the nearest real one where there is one."""
    known = [variable(field) for field in Settings.model_fields]
    given = {*os.environ, *(dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else ())}
    return [
        f"{name} (meant {near[0]}?)" if (near := difflib.get_close_matches(name, known, 1, 0.8)) else name
        for name in sorted(name for name in given if name.startswith(PREFIX) and name not in known)
    ]


def _must(field: str) -> str:
    extra = Settings.model_fields[field].json_schema_extra
    return str(extra["must"]) if isinstance(extra, dict) else "be something else"


def _sentence(field: str) -> str:
    return f"{variable(field)} must {_must(field)}."


def _unusable(path: Path, reason: str | None) -> SettingsError:
    return SettingsError(
        f"{path} cannot be used ({reason}): set {PREFIX}DATABASE to a file in a folder that this user can write to."
    )
