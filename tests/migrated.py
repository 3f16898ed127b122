"""A database brought to the newest revision, as the app does it."""

from alembic import command
from alembic.config import Config

from chargesphere.settings import ROOT


def migrate(url: str) -> None:
    """Bring the database at ``url`` to the newest revision."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
