"""NDW's objects in our vocabulary: what is taken, what is unknown, what is refused and why."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ndw_feed import connector, evse, location, tariff

from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Current,
    Parking,
    Payment,
    Status,
)
from chargesphere.providers.catalogues.ndw.mapping import Mapper, alpha_2
from chargesphere.providers.catalogues.port import (
    Address,
    ChargePointRecord,
    ConnectorRecord,
    OpeningHours,
    Operator,
    Record,
    Reject,
    SiteRecord,
    TariffRecord,
)


def mapped(published: object) -> list[Record]:
    return list(Mapper().location(published))


def site(**said: Any) -> SiteRecord:
    (record,) = mapped(location(**said))
    assert isinstance(record, SiteRecord)
    return record


def point(**said: Any) -> ChargePointRecord:
    (only,) = site(evses=[evse(**said)]).charge_points
    return only


def plug(**said: Any) -> ConnectorRecord:
    (only,) = point(connectors=[connector(**said)]).connectors
    return only


def test_a_location_becomes_a_site() -> None:
    record = site(source_id="L7", name="  Station \n Plein ", postal_code="1234ab ", city="Dorp,")
    assert record == SiteRecord(
        source_id="L7",
        name="Station Plein",
        operator=Operator("Windkracht Laden", "https://windkracht.example"),
        lat=51.9,
        lon=4.5,
        address=Address("Dorpsstraat 1", "Dorp", "1234 AB", "NL"),
        access=Access.PUBLIC,
        hours=OpeningHours(always=True),
        charge_points=(
            ChargePointRecord(
                key="NL*WKL*EL7*1",
                evse_id="NL*WKL*EL7*1",
                label="",
                status=Status.AVAILABLE,
                since=datetime(2026, 6, 7, 19, tzinfo=UTC),
                connectors=(
                    ConnectorRecord(
                        ConnectorType.TYPE2,
                        ConnectorFormat.SOCKET,
                        Current.AC_3_PHASE,
                        11.04,
                        tariff_ids=("T1",),
                    ),
                ),
                payment=frozenset({Payment.RFID}),
            ),
        ),
        updated_at=datetime(2026, 6, 7, 19, tzinfo=UTC),
        parking=frozenset({Parking.ON_STREET}),
    )


@pytest.mark.parametrize("status", [*Status])
def test_each_status_is_understood(status: Status) -> None:
    published = "OUTOFORDER" if status is Status.OUT_OF_ORDER else status.value
    assert point(status=published).status is status


@pytest.mark.parametrize("status", ["ON_FIRE", "", None, 3, ["AVAILABLE"]])
def test_another_status_is_unknown(status: object) -> None:
    assert point(status=status).status is Status.UNKNOWN


def test_a_status_keeps_the_time_it_began_however_long_ago() -> None:
    months_ago = point(status="CHARGING", last_updated="2026-02-10T08:55:48.123Z")
    assert months_ago.status is Status.CHARGING
    assert months_ago.since == datetime(2026, 2, 10, 8, 55, 48, 123000, tzinfo=UTC)
    assert point(last_updated="yesterday").since is None


@pytest.mark.parametrize(
    ("standard", "type_"),
    [
        ("IEC_62196_T2", ConnectorType.TYPE2),
        ("IEC_62196_T2_COMBO", ConnectorType.CCS2),
        ("IEC_62196_T1_COMBO", ConnectorType.CCS1),
        ("CHADEMO", ConnectorType.CHADEMO),
        ("IEC_62196_T3C", ConnectorType.TYPE3),
        ("IEC_60309_2_THREE_16", ConnectorType.CEE_RED),
        ("DOMESTIC_F", ConnectorType.SCHUKO),
        ("DOMESTIC_E", ConnectorType.DOMESTIC),
        ("TESLA_S", ConnectorType.NACS),
        ("A_NEW_ONE", ConnectorType.OTHER),
        (None, ConnectorType.OTHER),
    ],
)
def test_each_plug_has_its_everyday_name(standard: object, type_: ConnectorType) -> None:
    assert plug(standard=standard).type is type_


def test_a_plug_with_impossible_power_says_that_it_was_computed() -> None:
    record = site(evses=[evse(connectors=[connector(max_electric_power=7_360_000)])])
    (only,) = record.charge_points[0].connectors
    assert (only.power_kw, only.power_derived) == (11.04, True)
    assert record.notes == ("impossible_power_recomputed",)


def test_swapped_coordinates_are_mended_with_a_note() -> None:
    record = site(coordinates={"latitude": "4.5", "longitude": "51.9"})
    assert (record.lat, record.lon) == (51.9, 4.5)
    assert record.notes == ("swapped_coordinates",)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"source_id": ""}, "no_id"),
        ({"source_id": "x" * 121}, "id_too_long"),
        ({"publish": False}, "not_published"),
        ({"coordinates": None}, "no_coordinates"),
        ({"coordinates": {"latitude": "north", "longitude": "4.5"}}, "no_coordinates"),
        ({"coordinates": {"latitude": "0.0", "longitude": "0.0"}}, "null_island"),
        ({"coordinates": {"latitude": "-33.9", "longitude": "151.2"}}, "outside_country"),
        ({"coordinates": {"latitude": 99, "longitude": 200}}, "coordinates_out_of_range"),
        ({"evses": []}, "no_charge_points"),
        ({"evses": None}, "no_charge_points"),
        ({"evses": {"0": {}}}, "no_charge_points"),
    ],
)
def test_a_site_that_cannot_be_used_is_refused_with_its_reason(
    said: dict[str, Any], reason: str
) -> None:
    (record,) = mapped(location(**said))
    assert record == Reject(str(said.get("source_id", "L1"))[:120], reason)


@pytest.mark.parametrize("record", [None, 3, "L1", ["L1"], True])
def test_what_is_no_object_is_refused(record: object) -> None:
    assert mapped(record) == [Reject("", "not_an_object")]
    assert list(Mapper().tariff(record)) == [Reject("", "not_an_object")]


def test_a_bad_charge_point_does_not_take_the_good_ones_along() -> None:
    bad = [
        evse("NL*1", connectors=[]),
        evse(None, uid=None),
        evse("x" * 121),
        "NL*4",
    ]
    *rejects, record = mapped(location(evses=[*bad, evse("NL*GOOD")]))
    assert isinstance(record, SiteRecord)
    assert [p.key for p in record.charge_points] == ["NL*GOOD"]
    assert [r.reason for r in rejects if isinstance(r, Reject)] == [
        "charge_point_without_connectors",
        "charge_point_without_id",
        "id_too_long",
        "charge_point_not_an_object",
    ]
    assert all(isinstance(r, Reject) and r.detail for r in rejects)


def test_a_charge_point_without_evse_id_is_known_by_its_uid() -> None:
    assert point(evse_id=None, uid="abc").key == "uid:abc"
    assert point(evse_id=None, uid="abc").evse_id is None


def test_ways_to_pay_and_to_park_come_from_capabilities_and_restrictions() -> None:
    record = point(
        evse_id="NL*1",
        capabilities=["REMOTE_START_STOP_CAPABLE", "CREDIT_CARD_PAYABLE", "PED_TERMINAL", "X", 4],
        parking_restrictions=["EV_ONLY", "CUSTOMERS", "PLUGGED", None],
    )
    assert record.payment == {Payment.APP, Payment.CREDIT_CARD, Payment.TERMINAL}
    assert record.parking == {Parking.EV_ONLY, Parking.CUSTOMERS_ONLY, Parking.PLUGGED_ONLY}
    assert not record.reservable
    assert point(capabilities=["RESERVABLE"]).reservable
    assert point(capabilities=[["RESERVABLE"], {}]).payment == frozenset()


def test_places_for_customers_only_are_still_public() -> None:
    assert site(evses=[evse(parking_restrictions=["CUSTOMERS"])]).access is Access.PUBLIC
    assert site(publish=None).access is Access.UNKNOWN


def test_facilities_are_what_is_near() -> None:
    assert site(facilities=["WIFI", "HOTEL", "SKI_LIFT"]).amenities == {Amenity.WIFI, Amenity.HOTEL}


@pytest.mark.parametrize(
    ("published", "hours"),
    [
        ({"twentyfourseven": True}, OpeningHours(always=True)),
        ({"twentyfourseven": False}, None),  # Unknown, not closed.
        (None, None),
        ({}, None),
        (
            {
                "twentyfourseven": False,
                "regular_hours": [
                    {"weekday": 1, "period_begin": "08:00", "period_end": "20:30"},
                    {"weekday": 5, "period_begin": "18:00", "period_end": "02:00"},
                    {"weekday": 6, "period_begin": "00:00", "period_end": "24:00"},
                    {"weekday": 7, "period_begin": "00:00", "period_end": "00:00"},
                    {"weekday": 8, "period_begin": "08:00", "period_end": "20:00"},
                    {"weekday": 2, "period_begin": "8 am", "period_end": "20:00"},
                    {"weekday": 3, "period_begin": "10:61", "period_end": "20:00"},
                ],
            },
            OpeningHours(
                periods=((0, 480, 1230), (4, 1080, 1560), (5, 0, 1440), (6, 0, 1440)),
            ),
        ),
        (
            {
                "twentyfourseven": False,
                "exceptional_closings": [
                    {"period_begin": "2026-12-25T00:00:00Z", "period_end": "2026-12-26T00:00:00Z"}
                ],
            },
            OpeningHours(text="Closed 2026-12-25 00:00 to 2026-12-26 00:00 UTC"),
        ),
    ],
)
def test_opening_hours(published: object, hours: OpeningHours | None) -> None:
    assert site(opening_times=published).hours == hours


@pytest.mark.parametrize(
    ("said", "operator"),
    [
        ({"operator": {"name": "Onbekend"}}, None),
        ({"operator": None, "owner": None}, None),
        ({"operator": None, "owner": {"name": "Dijkstroom"}}, Operator("Dijkstroom")),
        ({"operator": {"name": " Dijkstroom ", "website": ""}}, Operator("Dijkstroom")),
    ],
)
def test_operators(said: dict[str, Any], operator: Operator | None) -> None:
    assert site(**said).operator == operator


def test_directions_are_taken_in_a_language_people_read() -> None:
    said = [{"language": "DE", "text": "links"}, {"language": "en", "text": "left"}]
    assert point(directions=said).directions == "left"
    assert point(directions=said[:1]).directions == "links"
    assert point(directions="left").directions == ""


@pytest.mark.parametrize(
    ("published", "code"), [("NLD", "NL"), ("nld", "NL"), ("BE", "BE"), ("XXX", ""), ("", "")]
)
def test_countries_have_two_letters(published: str, code: str) -> None:
    assert alpha_2(published) == code


def test_text_that_no_database_keeps_is_cleaned() -> None:
    assert site(name="A\x00B\ud800").name == "AB?"


def test_a_tariff_is_kept_as_published() -> None:
    (record,) = Mapper().tariff(tariff("T9", currency="eur"))
    assert isinstance(record, TariffRecord)
    assert (record.source_id, record.currency) == ("T9", "EUR")
    assert record.content == tariff("T9", currency="eur")
    assert record.updated_at == datetime(2026, 6, 7, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"source_id": ""}, "no_id"),
        ({"currency": None}, "tariff_without_currency"),
        ({"currency": "EURO"}, "tariff_without_currency"),
        ({"elements": []}, "tariff_without_elements"),
        ({"elements": "free"}, "tariff_without_elements"),
    ],
)
def test_a_tariff_that_cannot_be_used_is_refused(said: dict[str, Any], reason: str) -> None:
    (record,) = Mapper().tariff(tariff(**said))
    assert isinstance(record, Reject)
    assert record.reason == reason


def test_a_tariff_nested_absurdly_deep_is_refused() -> None:
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    (record,) = Mapper().tariff(tariff(energy_mix=deep))
    assert record == Reject("T1", "nested_too_deep")


def test_a_number_that_json_writers_refuse_is_dropped() -> None:
    (record,) = Mapper().tariff(tariff(min_price=10**30))
    assert isinstance(record, TariffRecord)
    assert record.content["min_price"] is None


def test_equal_plugs_are_one_object_in_memory() -> None:
    mapper = Mapper()
    (a,), (b,) = (tuple(mapper.location(location(i))) for i in ("A", "B"))
    assert isinstance(a, SiteRecord)
    assert isinstance(b, SiteRecord)
    assert a.charge_points[0].connectors[0] is b.charge_points[0].connectors[0]
    assert a.operator is b.operator
