"""Settings: every one has a default and a line in .env.example, and a wrong one is named."""

import re

import pytest

from chargesphere.errors import SettingsError
from chargesphere.settings import ROOT, Settings, load_settings


def test_the_example_names_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^# ([A-Z_]+)=", text, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_example_shows_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text()
    plain = Settings(_env_file=None)
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text, re.MULTILINE))
    examples = {"DATA_DIR", "DATABASE_URL", "REDIS_URL", "HOST", "PUBLIC_URL", "CORS_ORIGINS"}
    for name in set(shown) - examples:
        default = getattr(plain, name.lower())
        assert shown[name] in {str(default), f"{default:g}" if isinstance(default, float) else ""}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("REDIS_URL", "localhost"),
        ("PUBLIC_URL", "charge.example.org"),
        ("RATE_LIMIT_API", "many"),
        ("TILES_URL", "https://tiles.example.org"),
        ("LOG_LEVEL", "loud"),
        ("WORKERS", "0"),
        ("NDW_LOCATIONS_URL", "not an address"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    sentence = str(refused.value)
    assert sentence.startswith(name)
    assert "\n" not in sentence


def test_the_public_address_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://charge.example.org/")
    assert load_settings().origin == "https://charge.example.org"


def test_origins_are_read_by_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example")
    assert load_settings().cors_origins == ("https://a.example", "https://b.example")
