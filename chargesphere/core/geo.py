"""Points, boxes and distances on the Earth (WGS 84, degrees), and web mercator."""

import math
from dataclasses import dataclass

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

MAX_MERCATOR_LAT = 85.0511
"""Web mercator is square between these latitudes; beyond them it does not exist."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place: latitude and longitude in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees; ``west > east`` means that it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> Point:
        """The middle, on the right side of the antimeridian."""
        east = self.east + 360.0 if self.west > self.east else self.east
        return Point((self.south + self.north) / 2, wrap_lon((self.west + east) / 2))

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside or on the edge."""
        if not self.south <= point.lat <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= point.lon <= self.east
        return point.lon >= self.west or point.lon <= self.east


WORLD = Box(-180.0, -MAX_MERCATOR_LAT, 180.0, MAX_MERCATOR_LAT)


def wrap_lon(lon: float) -> float:
    """The same meridian between -180 and 180 degrees."""
    if -180.0 <= lon <= 180.0:
        return lon
    return (lon + 180.0) % 360.0 - 180.0


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine, good to about 0.5 %)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def box_around(point: Point, radius_m: float) -> Box:
    """The smallest box that holds every place within ``radius_m`` of the point."""
    d_lat = math.degrees(radius_m / EARTH_RADIUS_M)
    south, north = point.lat - d_lat, point.lat + d_lat
    if north >= 90.0 or south <= -90.0:
        return Box(-180.0, max(south, -90.0), 180.0, min(north, 90.0))
    d_lon = math.degrees(
        math.asin(min(1.0, math.sin(radius_m / EARTH_RADIUS_M) / math.cos(math.radians(point.lat))))
    )
    if d_lon >= 180.0:
        return Box(-180.0, south, 180.0, north)
    return Box(wrap_lon(point.lon - d_lon), south, wrap_lon(point.lon + d_lon), north)
