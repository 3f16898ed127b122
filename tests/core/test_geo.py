"""Distances and boxes, the antimeridian and the poles included."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargesphere.core.geo import Box, Point, box_around, distance_m, wrap_lon

lats = st.floats(-89.9, 89.9)
lons = st.floats(-180, 180)
points = st.builds(Point, lats, lons)


def test_amsterdam_to_utrecht_is_about_35_km() -> None:
    assert distance_m(Point(52.3731, 4.8926), Point(52.0907, 5.1214)) == pytest.approx(
        35_050, rel=0.01
    )


@given(points, points)
def test_distance_is_symmetric_and_at_most_half_the_earth(a: Point, b: Point) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert 0 <= distance_m(a, b) <= math.pi * 6_371_009


@given(points, st.floats(10, 500_000), st.floats(0, 2 * math.pi))
def test_the_box_around_a_point_holds_what_is_near(
    point: Point, radius_m: float, bearing: float
) -> None:
    box = box_around(point, radius_m)
    d_lat = math.degrees(radius_m * 0.99 / 6_371_008.8) * math.cos(bearing)
    near = Point(max(-89.99, min(89.99, point.lat + d_lat)), point.lon)
    assert box.contains(near)
    assert box.contains(point)


@pytest.mark.parametrize(
    ("box", "inside", "outside"),
    [
        (Box(4, 52, 5, 53), Point(52.5, 4.5), Point(52.5, 5.5)),
        (Box(170, -10, -170, 10), Point(0, 179), Point(0, 0)),
        (Box(170, -10, -170, 10), Point(0, -175), Point(20, 175)),
    ],
)
def test_a_box_may_cross_the_antimeridian(box: Box, inside: Point, outside: Point) -> None:
    assert box.contains(inside)
    assert not box.contains(outside)


def test_the_centre_of_a_crossing_box_is_on_the_right_side() -> None:
    assert Box(170, 0, -170, 10).centre == Point(5, 180)
    assert Box(160, 0, -170, 10).centre == Point(5, 175)


@given(st.floats(-1000, 1000))
def test_wrapped_longitudes_are_the_same_meridian(lon: float) -> None:
    wrapped = wrap_lon(lon)
    assert -180 <= wrapped <= 180
    assert math.isclose(math.cos(math.radians(lon)), math.cos(math.radians(wrapped)), abs_tol=1e-9)
