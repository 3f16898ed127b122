"""The words of charging, as OCPI 2.2.1 uses them, in the spelling our API speaks."""

from enum import StrEnum


class Status(StrEnum):
    """What a charge point is doing, as its source last said."""

    AVAILABLE = "AVAILABLE"
    CHARGING = "CHARGING"
    RESERVED = "RESERVED"
    BLOCKED = "BLOCKED"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    INOPERATIVE = "INOPERATIVE"
    PLANNED = "PLANNED"
    REMOVED = "REMOVED"
    UNKNOWN = "UNKNOWN"


class ConnectorType(StrEnum):
    """The plug, by its everyday standard name."""

    TYPE1 = "type1"
    TYPE2 = "type2"
    TYPE3 = "type3"
    CCS1 = "ccs1"
    CCS2 = "ccs2"
    CHADEMO = "chademo"
    NACS = "nacs"
    TESLA_ROADSTER = "tesla_roadster"
    MCS = "mcs"
    GBT_AC = "gbt_ac"
    GBT_DC = "gbt_dc"
    SCHUKO = "schuko"
    DOMESTIC = "domestic"
    CEE_BLUE = "cee_blue"
    CEE_RED = "cee_red"
    NEMA_5_15 = "nema_5_15"
    NEMA_5_20 = "nema_5_20"
    NEMA_14_50 = "nema_14_50"
    WIRELESS = "wireless"
    OTHER = "other"


class ConnectorFormat(StrEnum):
    """Whether the driver brings the cable."""

    SOCKET = "socket"
    CABLE = "cable"
    UNKNOWN = "unknown"


class Current(StrEnum):
    """Alternating current by phases, or direct current."""

    AC_1_PHASE = "ac_1_phase"
    AC_3_PHASE = "ac_3_phase"
    DC = "dc"
    UNKNOWN = "unknown"


class Access(StrEnum):
    """Who may use a station."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    PRIVATE = "private"
    UNKNOWN = "unknown"


class Payment(StrEnum):
    """A way to pay or identify that the station's source names."""

    APP = "app"
    RFID = "rfid"
    CONTACTLESS = "contactless"
    CREDIT_CARD = "credit_card"
    DEBIT_CARD = "debit_card"
    CASH = "cash"
    PLUG_AND_CHARGE = "plug_and_charge"
    TERMINAL = "terminal"


class Parking(StrEnum):
    """Where one parks, and under what rule."""

    ON_STREET = "on_street"
    PARKING_LOT = "parking_lot"
    PARKING_GARAGE = "parking_garage"
    UNDERGROUND_GARAGE = "underground_garage"
    DRIVEWAY = "driveway"
    MOTORWAY = "motorway"
    EV_ONLY = "ev_only"
    PLUGGED_ONLY = "plugged_only"
    CUSTOMERS_ONLY = "customers_only"
    DISABLED_BAY = "disabled_bay"


class Amenity(StrEnum):
    """What is within a short walk."""

    FOOD = "food"
    CAFE = "cafe"
    TOILETS = "toilets"
    SHOP = "shop"
    SUPERMARKET = "supermarket"
    HOTEL = "hotel"
    WIFI = "wifi"
    COVERED = "covered"
    LIT = "lit"
    PLAYGROUND = "playground"
    STEP_FREE = "step_free"
    ATTENDED = "attended"
    RESERVABLE = "reservable"
