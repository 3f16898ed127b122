"""``migrate``: bring the database to this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, pool
from sqlalchemy.exc import DatabaseError, OperationalError

from chargesphere.database import sync_url
from chargesphere.errors import StorageError
from chargesphere.settings import ROOT, settings


def migrate() -> None:
    """Bring the database to the newest revision; nothing happens when it is."""
    migrate_database(settings().database)


def migrate_database(url: str) -> bool:
    """Bring the database at ``url`` to the newest revision; whether anything was done.

    Raises:
        StorageError: the database does not answer.
    """
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    newest = ScriptDirectory.from_config(config).get_current_head()
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(sync_url(url), poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == newest:
            return False
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            f"This database is of another version of ChargeSphere: {error}"
        ) from error
    except OperationalError as error:
        raise StorageError(f"The database does not answer: {str(error.orig).strip()}") from error
    except DatabaseError as error:
        raise StorageError(f"This is no database of ours: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()
    return True
