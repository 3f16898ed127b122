"""How migrations reach the database: the address comes from the settings or from ``-x url=``."""

from alembic import context
from sqlalchemy import create_engine, pool
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import chargesphere.features.catalogue.models  # noqa: F401  # Registers its tables.
from chargesphere.database import UtcDateTime, sync_url
from chargesphere.settings import settings

target_metadata = SQLModel.metadata


def _address() -> str:
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get(
        "url"
    )
    return sync_url(given or settings().database)


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    # PostGIS brings tables of its own into the schema; they are not ours to compare.
    return kind != "table" or name in target_metadata.tables


def _plain(kind: str, item: object, _context: object) -> str | bool:
    # Migrations outlive the code: they name the database's types, never our own.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def migrate() -> None:
    """Bring the database to the newest revision."""
    engine = create_engine(_address(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            compare_type=True,
            render_item=_plain,
            include_name=_ours,
            render_as_batch=sqlite,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


migrate()
