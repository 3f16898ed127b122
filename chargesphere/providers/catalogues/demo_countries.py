"""Where the demo stations stand: how many each country gets, its plugs, its language, its prices.

The counts follow where electric cars are common today, in round numbers; they are made up, like
the prices, and only meant to look right next to each other.
"""

from typing import NamedTuple


class CountryPlan(NamedTuple):
    """A country of the demo: its share of the stations and what charging there is like.

    ``ac_price`` and ``dc_price`` are per kWh in the country's own currency.
    """

    stations: int
    plugs: str
    language: str
    ac_price: float
    dc_price: float


COUNTRIES: dict[str, CountryPlan] = {
    "NL": CountryPlan(3200, "eu", "nl", 0.42, 0.69),
    "BE": CountryPlan(1300, "eu", "nl", 0.47, 0.72),
    "LU": CountryPlan(110, "eu", "fr", 0.44, 0.66),
    "DE": CountryPlan(4300, "eu", "de", 0.52, 0.69),
    "AT": CountryPlan(850, "eu", "de", 0.49, 0.68),
    "CH": CountryPlan(800, "eu", "de", 0.49, 0.75),
    "LI": CountryPlan(5, "eu", "de", 0.49, 0.75),
    "FR": CountryPlan(3700, "eu", "fr", 0.40, 0.59),
    "MC": CountryPlan(5, "eu", "fr", 0.40, 0.59),
    "GB": CountryPlan(3300, "eu", "en", 0.53, 0.79),
    "IE": CountryPlan(350, "eu", "en", 0.52, 0.70),
    "NO": CountryPlan(1100, "eu", "no", 4.20, 6.20),
    "SE": CountryPlan(1200, "eu", "sv", 3.90, 6.10),
    "DK": CountryPlan(750, "eu", "da", 3.40, 4.90),
    "FI": CountryPlan(550, "eu", "fi", 0.29, 0.45),
    "IS": CountryPlan(90, "eu", "no", 38.0, 62.0),
    "EE": CountryPlan(60, "eu", "fi", 0.30, 0.49),
    "LV": CountryPlan(70, "eu", "pl", 0.32, 0.52),
    "LT": CountryPlan(90, "eu", "pl", 0.31, 0.53),
    "PL": CountryPlan(600, "eu", "pl", 1.95, 2.95),
    "CZ": CountryPlan(350, "eu", "cs", 9.50, 14.5),
    "SK": CountryPlan(130, "eu", "cs", 0.41, 0.65),
    "HU": CountryPlan(250, "eu", "hu", 160.0, 240.0),
    "RO": CountryPlan(220, "eu", "it", 2.05, 2.95),
    "BG": CountryPlan(130, "eu", "hr", 0.34, 0.50),
    "GR": CountryPlan(220, "eu", "it", 0.42, 0.66),
    "CY": CountryPlan(40, "eu", "en", 0.40, 0.62),
    "MT": CountryPlan(30, "eu", "en", 0.30, 0.50),
    "HR": CountryPlan(160, "eu", "hr", 0.38, 0.60),
    "SI": CountryPlan(130, "eu", "hr", 0.36, 0.58),
    "RS": CountryPlan(80, "eu", "hr", 32.0, 55.0),
    "BA": CountryPlan(25, "eu", "hr", 0.55, 0.90),
    "ME": CountryPlan(20, "eu", "hr", 0.30, 0.50),
    "MK": CountryPlan(20, "eu", "hr", 17.0, 29.0),
    "AL": CountryPlan(20, "eu", "it", 32.0, 52.0),
    "MD": CountryPlan(20, "eu", "it", 5.50, 8.50),
    "UA": CountryPlan(150, "eu", "pl", 12.0, 17.0),
    "ES": CountryPlan(1500, "eu", "es", 0.38, 0.55),
    "AD": CountryPlan(12, "eu", "es", 0.30, 0.48),
    "PT": CountryPlan(600, "eu", "pt", 0.36, 0.52),
    "IT": CountryPlan(1700, "eu", "it", 0.56, 0.79),
    "TR": CountryPlan(500, "eu", "tr", 9.20, 13.9),
    "GE": CountryPlan(50, "eu", "en", 0.65, 0.95),
    "RU": CountryPlan(260, "eu", "pl", 14.0, 20.0),
    "KZ": CountryPlan(50, "eu", "tr", 90.0, 130.0),
    "US": CountryPlan(10500, "na", "en", 0.31, 0.52),
    "CA": CountryPlan(1900, "na", "en", 0.28, 0.55),
    "MX": CountryPlan(350, "na", "es", 5.50, 8.90),
    "CR": CountryPlan(60, "na", "es", 130.0, 190.0),
    "CN": CountryPlan(10500, "cn", "zh", 0.95, 1.45),
    "HK": CountryPlan(300, "eu", "zh", 2.90, 4.20),
    "TW": CountryPlan(350, "tw", "zh", 8.50, 12.5),
    "JP": CountryPlan(2600, "jp", "ja", 38.0, 66.0),
    "KR": CountryPlan(2300, "kr", "ko", 295.0, 347.0),
    "SG": CountryPlan(200, "eu", "en", 0.59, 0.79),
    "MY": CountryPlan(200, "eu", "en", 1.10, 1.60),
    "TH": CountryPlan(350, "eu", "en", 6.50, 8.90),
    "ID": CountryPlan(180, "eu", "en", 2467.0, 2990.0),
    "VN": CountryPlan(200, "eu", "en", 3900.0, 4600.0),
    "PH": CountryPlan(60, "eu", "en", 24.0, 32.0),
    "IN": CountryPlan(1300, "eu", "en", 15.5, 22.0),
    "LK": CountryPlan(30, "eu", "en", 75.0, 110.0),
    "NP": CountryPlan(30, "eu", "en", 9.50, 14.0),
    "AU": CountryPlan(900, "eu", "en", 0.45, 0.68),
    "NZ": CountryPlan(250, "eu", "en", 0.45, 0.80),
    "IL": CountryPlan(250, "eu", "en", 1.60, 2.30),
    "JO": CountryPlan(40, "eu", "en", 0.13, 0.19),
    "AE": CountryPlan(200, "eu", "en", 0.75, 1.25),
    "SA": CountryPlan(100, "eu", "en", 0.75, 1.30),
    "QA": CountryPlan(30, "eu", "en", 0.70, 1.10),
    "EG": CountryPlan(50, "eu", "en", 3.50, 5.90),
    "MA": CountryPlan(60, "eu", "fr", 3.20, 4.80),
    "TN": CountryPlan(15, "eu", "fr", 0.75, 1.15),
    "ZA": CountryPlan(120, "eu", "en", 5.90, 7.90),
    "KE": CountryPlan(25, "eu", "en", 45.0, 68.0),
    "GH": CountryPlan(8, "eu", "en", 3.90, 6.20),
    "NG": CountryPlan(12, "eu", "en", 290.0, 420.0),
    "RW": CountryPlan(8, "eu", "en", 390.0, 560.0),
    "MU": CountryPlan(12, "eu", "fr", 12.0, 19.0),
    "BR": CountryPlan(800, "eu", "pt", 1.80, 2.60),
    "CL": CountryPlan(150, "eu", "es", 260.0, 380.0),
    "AR": CountryPlan(80, "eu", "es", 320.0, 490.0),
    "UY": CountryPlan(60, "eu", "es", 10.5, 15.0),
    "CO": CountryPlan(150, "eu", "es", 1150.0, 1690.0),
    "PE": CountryPlan(30, "eu", "es", 1.35, 2.10),
    "EC": CountryPlan(30, "na", "es", 0.22, 0.36),
}
