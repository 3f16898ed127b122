"""Every setting, read once from the environment (and ``.env``)."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, HttpUrl, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chargesphere.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: where assets, migrations and the compiled frontend live."""


class Settings(BaseSettings):
    """What can be configured; the field's description says what it does."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(ROOT / "data", description="Where the default database and index live.")
    database_url: str = Field("", description="sqlite:///path or postgresql://user@host/name.")
    redis_url: str = Field("", description="redis://host:port/0: share changes between machines.")
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 opens it to others.")
    port: int = Field(3000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Server processes (more than 1 needs Redis).")
    public_url: str = Field("", description="The address people type, without a slash at the end.")
    secret_key: str = Field(
        "", description="Signs cursors; any long random text, same on all processes."
    )
    rate_limit_api: str = Field("600", description="API requests a minute a client, or off.")
    trusted_proxies: int = Field(0, ge=0, le=8, description="Reverse proxies in front of us.")
    log_level: str = Field("info", description="debug, info, warning or error.")

    ndw_locations_url: HttpUrl = Field(
        HttpUrl("https://opendata.ndw.nu/charging_point_locations_ocpi.json.gz"),
        description="Live feed of Dutch stations and statuses.",
    )
    ndw_tariffs_url: HttpUrl = Field(
        HttpUrl("https://opendata.ndw.nu/charging_point_tariffs_ocpi.json.gz"),
        description="Live feed of Dutch tariffs.",
    )
    ndw_timeout_s: float = Field(60.0, gt=0, description="Seconds to wait for the feed to answer.")
    ndw_max_mb: int = Field(500, gt=0, description="Largest feed taken, in megabytes unpacked.")

    tiles_url: str = Field(
        "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        description="XYZ map tiles with {z} {x} {y}, or none for the built-in map alone.",
    )
    tiles_dark_url: str = Field("", description="Dark tiles, where the source has them.")
    tiles_attribution: str = Field(
        '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>',
        description="Shown on the map, as the tile source asks.",
    )
    tiles_max_zoom: int = Field(19, ge=1, le=22, description="Deepest zoom the tile source has.")

    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further origins, by comma, that may call the API from a browser."
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(v.strip() for v in value.split(",") if v.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if value and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc
        ):
            raise ValueError("must be a whole address such as https://charge.example.org")
        return value.rstrip("/")

    @field_validator("rate_limit_api")
    @classmethod
    def _number_or_off(cls, value: str) -> str:
        if value != "off" and not (value.isdigit() and int(value) > 0):
            raise ValueError("must be a number above 0, or off")
        return value

    @field_validator("tiles_url", "tiles_dark_url")
    @classmethod
    def _tiles(cls, value: str) -> str:
        if value and value != "none" and not all(part in value for part in ("{z}", "{x}", "{y}")):
            raise ValueError("must contain {z}, {x} and {y}, or be none")
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("must be debug, info, warning or error")
        return value.lower()

    @property
    def database(self) -> str:
        """The database address, the embedded default included."""
        return self.database_url or f"sqlite:///{self.data_dir / 'chargesphere.db'}"

    @property
    def origin(self) -> str:
        """The public address, or the local one when none is set."""
        return self.public_url or f"http://localhost:{self.port}"


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: one sentence that names the variable and what it must be.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "environment"
        message = first["msg"].removeprefix("Value error, ").replace("Input should", "must")
        message = message.partition(", unable to parse")[0]
        raise SettingsError(f"{name} {message}{_as_is(name, first.get('input'))}.") from None


def _as_is(name: str, value: object) -> str:
    """What it is now, unless that is, or holds, a secret."""
    secret = name.endswith(("_KEY", "_SECRET")) or "@" in str(value)
    return "" if secret else f" (it is {value!r})"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()
