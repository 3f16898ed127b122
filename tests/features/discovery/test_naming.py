"""Names a person can read, from names as sources publish them."""

import gzip
from pathlib import Path

import ijson
import pytest

from chargesphere.features.discovery.naming import (
    FALLBACK,
    Title,
    station_title,
    tidy_city,
    tidy_operator,
    tidy_street,
)


@pytest.mark.parametrize(
    ("name", "operator", "street", "city", "title", "code"),
    [
        ("TNLP015184", "TotalEnergies", "Kaaikhof 70", "Assendelft", "Kaaikhof 70", "TNLP015184"),
        ("EQUANS SGZH 2.0 89937944", "EQUANS", "Schans 38", "Berkel", "Schans 38", "89937944"),
        ("EQUANS SGZH 2.0 Wolwever 15", "EQUANS", "Wolwever 15", "Spijkenisse", "Wolwever 15", ""),
        ("Eneco eMobility EVB-P1343067", "Eneco", "Ketelweg 89", "X", "Ketelweg 89", "EVB-P1343067"),
        ("NL*ALF*E0012345", "Allego", "Dam 1", "Amsterdam", "Dam 1", "NL*ALF*E0012345"),
        ("D_P01_DAE_NL_2000712", "DAEN", "Curielaan 4", "Drachten", "Curielaan 4", "D_P01_DAE_NL_2000712"),
        ("0a75f704-8ab6-4192-9fd0-1c0f61afe5b2", "DAEN", "Parkhaven 89", "Lelystad", "Parkhaven 89", "0a75f704-8ab6-4192-9fd0-1c0f61afe5b2"),
        ("03", "E-Flux by Road", "Celsiusstraat 34", "ede", "Celsiusstraat 34", "03"),
        ("Laadpaal 3", "E-Flux", "Daltonstraat  30", "Dordrecht", "Daltonstraat 30", "Laadpaal 3"),
        ("NL, Jan Tooropstraat 55, 7731 MR, Ommen", "Allego", "Jan Tooropstraat 55", "Ommen", "Jan Tooropstraat 55", ""),
        ("NLD, Alphen aan den Rijn, Klepperman 100", "Allego", "Klepperman 100", "Alphen aan den Rijn", "Klepperman 100", ""),
        ("Baanderherenweg", "Vattenfall", "Baanderherenweg 2", "Boxtel", "Baanderherenweg 2", ""),
        ("Shell Recharge NL Laan van Vollenhove 551, Zeist, [AN null]", "Ubitricity", "Laan van Vollenhove 551", "Zeist", "Laan van Vollenhove 551", ""),
        ("Shell Recharge NL9047 - Gamma Amersfoort", "Shell Recharge", "Amsterdamseweg 33", "Amersfoort", "Gamma Amersfoort", ""),
        ("Allego - Van der Valk Akersloot A9", "Allego", "Geesterweg 1", "Akersloot", "Van der Valk Akersloot A9", ""),
        ("Dordrecht/Buitenplaats 116", "E-Flux", "Buitenplaats 116", "Dordrecht", "Buitenplaats 116", ""),
        ("Breda/Populierstraat-Lariksstraat 26", "E-Flux", "Lariksstraat 26", "Breda", "Populierstraat-Lariksstraat 26", ""),
        ("Eneco eMobility Albert Heijn - Rijksstraatweg 38", "Eneco", "Rijksstraatweg 38", "Heemskerk", "Albert Heijn", ""),
        ("Fenna Voorbeeld 's station", "E-Flux", "Dudokstraat  19", "Dongen", "Dudokstraat 19", ""),
        ("Lidl Breda", "Lidl", "Haagdijk 1", "Utrecht", "Lidl Breda", ""),
        ("KONINKLIJKE DE VRIES SCHEEPSBOUW BV", "E-Flux", "Oosteinderweg 25", "Aalsmeer", "Koninklijke de Vries Scheepsbouw BV", ""),
        ("BEATRIX_LAADPLEIN", "Smappee", "Banneweg 57", "Gorinchem", "Beatrix Laadplein", ""),
        ("FLOW ey - ENECO_G32359", "Eneco", "Dorpsstraat 36", "Houten", "FLOW ey", "ENECO_G32359"),
        ("gemeentehuis laadpaal 4", "E-Flux", "Engelenburgerlaan 31", "Brummen", "Gemeentehuis laadpaal 4", ""),
        ("Fastned Velder", "Fastned", "A2", "Liempde", "Fastned Velder", ""),
        ("Autohof Donaudampfschifffahrtsgesellschaft am Rüsselsheimer Straßenkreuz", "EnBW", "Straßenkreuz 1", "Rüsselsheim", "Autohof Donaudampfschifffahrtsgesellschaft am Rüsselsheimer Straßenkreuz", ""),
        ("Q-Park 's-Hertogenbosch Wolvenhoek-Sint Jan", "Q-Park Netherlands", "Wolvenhoek 1", "'s-Hertogenbosch", "Q-Park 's-Hertogenbosch Wolvenhoek-Sint Jan", ""),
        ("TNLP000001", "TotalEnergies", "", "Baarn", "TotalEnergies, Baarn", "TNLP000001"),
        ("", "Onbekend", "", "BAARN", "Baarn", ""),
        ("", "", "", "", FALLBACK, ""),
        ("  null ", "", "", "", FALLBACK, ""),
        ("8594123", "", "", "", "8594123", ""),
    ],
)  # fmt: skip
def test_a_station_is_called_what_a_person_would_call_it(
    name: str, operator: str, street: str, city: str, title: str, code: str
) -> None:
    found = station_title(name, operator=operator, street=street, city=city, country="NL")
    assert found == Title(title, code)


@pytest.mark.parametrize(
    ("street", "city", "country", "expected"),
    [
        ("INDUCTORSTRAAT 60", "Veenendaal", "NL", "Inductorstraat 60"),
        ("rigastraat 17", "Deventer", "NL", "Rigastraat 17"),
        ("45 Berenkoog", "Alkmaar", "NL", "Berenkoog 45"),
        ("45 Main St", "Seattle", "US", "45 Main St"),
        ("Rijksweg A6 Oz, 8218 PX, Lelystad, NL", "Lelystad", "NL", "Rijksweg A6 Oz"),
        ("4e Industrieweg 3", "Goes", "NL", "4e Industrieweg 3"),
        ("Ringbaan West 7, achterzijde", "Tilburg", "NL", "Ringbaan West 7, achterzijde"),
        ("", "Tilburg", "NL", ""),
    ],
)
def test_a_street_is_written_as_it_is_there(
    street: str, city: str, country: str, expected: str
) -> None:
    assert tidy_street(street, city=city, country=country) == expected


def test_places_and_operators_neither_shout_nor_whisper() -> None:
    assert tidy_city("VEENENDAAL") == "Veenendaal"
    assert tidy_city("ALPHEN AAN DEN RIJN") == "Alphen aan den Rijn"
    assert tidy_city("IJSSELSTEIN") == "IJsselstein"
    assert tidy_city("ede") == "Ede"
    assert tidy_city("'s-Gravenpolder") == "'s-Gravenpolder"
    assert tidy_city("\\'s-Hertogenbosch") == "'s-Hertogenbosch"
    assert tidy_city("25") == ""
    assert tidy_operator("IONITY") == "IONITY"
    assert tidy_operator("CHARGEPOINT") == "Chargepoint"
    assert tidy_operator("bp pulse") == "Bp pulse"
    assert tidy_operator("e-VOLTT") == "e-VOLTT"
    assert tidy_operator("Onbekend") == ""


@pytest.mark.realdata
def test_every_station_of_the_national_feed_gets_a_name(real_data: Path) -> None:
    codes = total = 0
    with gzip.open(real_data / "ndw" / "charging_point_locations_ocpi.json.gz") as feed:
        for record in ijson.items(feed, "item"):
            title = station_title(
                record["name"] or "",
                operator=(record["operator"] or {}).get("name") or "",
                street=record["address"] or "",
                city=record["city"] or "",
                postcode=record["postal_code"] or "",
                country="NL",
            )
            total += 1
            codes += bool(title.code)
            assert len(title.text) >= 2, record["name"]
            assert title.text != FALLBACK, record["name"]
            assert any(c.isalpha() for c in title.text), record["name"]
    assert total > 60_000
    assert 14_000 < codes < 17_000
