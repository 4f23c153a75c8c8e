"""The real application as a process of its own, to be killed: `python -m tests.child URL TOKEN DATABASE`."""

import sys
from pathlib import Path

from pydantic import SecretStr

from bot.app import build
from bot.config import Settings
from bot.limits import Limits
from bot.routes import ALLOWED_UPDATES
from tests.fakes import MeanColour


def main(url: str, token: str, database: str) -> None:
    settings = Settings(
        token=SecretStr(token), api_url=url, database=Path(database), album_wait=0.3, fresh=100_000, cluster_albums=1
    )
    app = build(settings, clip=MeanColour(), limits=Limits(per_group=10**6, per_person=10**6, overall=10**6))
    app.run_polling(allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1)


if __name__ == "__main__":
    main(*sys.argv[1:])
