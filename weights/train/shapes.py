"""Outlines of twelve everyday things, each a little different every time.

A shape is a list of parts, painted in order. Coordinates are free (y grows downwards):
whoever paints a shape fits it into the picture.
"""

from typing import Callable, NamedTuple

import numpy as np
from numpy.random import Generator

MAIN, SECOND, DETAIL = 0, 1, 2


class Part(NamedTuple):
    """A polygon and which of the shape's three colours it takes."""

    outline: np.ndarray
    tone: int


class Shape(NamedTuple):
    """Parts, and by how many degrees the whole may turn and still be what it is."""

    parts: list[Part]
    turn: float


def polygon(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, float)


def arc(cx: float, cy: float, rx: float, ry: float, start: float = 0, end: float = 360) -> np.ndarray:
    """Points of an ellipse from angle `start` to `end`, clockwise from the right."""
    t = np.radians(np.linspace(start, end, 40))
    return np.stack((cx + rx * np.cos(t), cy + ry * np.sin(t)), 1)


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))


def ribbon(line: np.ndarray, width: float) -> np.ndarray:
    """The outline of a thick line."""
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack((-along[:, 1], along[:, 0]), 1) * width / 2
    return np.concatenate((line + side, (line - side)[::-1]))


def arrow(rng: Generator) -> Shape:
    shaft, head, start = rng.uniform(0.12, 0.24), rng.uniform(0.42, 0.68), rng.uniform(-0.05, 0.25)
    barb = start + rng.uniform(-0.12, 0.08)
    upper = [(-1, -shaft), (start, -shaft), (barb, -head), (1, 0)]
    lower = [(x, -y) for x, y in upper[-2::-1]]
    return Shape([Part(polygon(*upper, *lower), MAIN)], 180)


def boat(rng: Generator) -> Shape:
    bow, depth, lean = rng.uniform(0.85, 1), rng.uniform(0.28, 0.42), rng.uniform(0.2, 0.4)
    deck, boom, tip = 0.45, 0.33, rng.uniform(-1.1, -0.8)
    keel = deck + depth
    hull = polygon((-bow, deck), (bow, deck), (bow - lean, keel), (-bow + lean, keel))
    parts = [
        Part(box(-0.03, tip, 0.03, deck), MAIN),
        Part(polygon((0.08, tip + 0.05), (0.08, boom), (rng.uniform(0.6, 0.85), boom)), SECOND),
        Part(hull, MAIN),
    ]
    if rng.random() < 0.7:
        top = tip + rng.uniform(0.05, 0.35)
        parts.append(Part(polygon((-0.08, top), (-0.08, boom), (-rng.uniform(0.5, 0.7), boom)), SECOND))
    return Shape(parts, 12)


def crescent(rng: Generator) -> Shape:
    shift, radius = rng.uniform(0.42, 0.6), rng.uniform(0.78, 0.9)
    x = (1 - radius**2 + shift**2) / (2 * shift)
    outer = np.degrees(np.arccos(x))
    inner = np.degrees(np.arccos((x - shift) / radius))
    edge = np.concatenate((arc(0, 0, 1, 1, outer, 360 - outer), arc(shift, 0, radius, radius, 360 - inner, inner)))
    return Shape([Part(edge, MAIN)], 180)


def cross(rng: Generator) -> Shape:
    a = rng.uniform(0.2, 0.38)
    edge = polygon((-a, -1), (a, -1), (a, -a), (1, -a), (1, a), (a, a),
                   (a, 1), (-a, 1), (-a, a), (-1, a), (-1, -a), (-a, -a))
    return Shape([Part(edge, MAIN)], 180)


def fish(rng: Generator) -> Shape:
    high, tail = rng.uniform(0.38, 0.58), rng.uniform(0.35, 0.55)
    t = np.linspace(0, np.pi, 30)
    back = np.stack((-0.7 * np.cos(t), -high * np.sin(t) ** rng.uniform(0.8, 1.1)), 1)
    body = np.concatenate((back, back[::-1] * (1, -1)))
    parts = [Part(polygon((0.5, 0), (1.1, -tail), (rng.uniform(0.9, 1), 0), (1.1, tail)), SECOND)]
    if rng.random() < 0.6:
        fin = -high - rng.uniform(0.15, 0.3)
        parts.append(Part(polygon((-0.25, -high * 0.75), (0.15, fin), (0.4, -high * 0.6)), SECOND))
    parts += [Part(body, MAIN), Part(arc(-0.38, -high * 0.25, 0.08, 0.08), DETAIL)]
    if rng.random() < 0.4:
        parts.append(Part(ribbon(arc(-0.3, 0, 0.25, high * 0.75, -60, 60), 0.07), DETAIL))
    return Shape(parts, 30)


def flower(rng: Generator) -> Shape:
    count, heart = int(rng.integers(5, 9)), rng.uniform(0.22, 0.36)
    broad = rng.uniform(0.85, 1.1) * np.pi / count * 0.62
    parts, turn = [], 180.0
    if rng.random() < 0.35:
        turn = 15.0
        parts.append(Part(box(-0.06, 0, 0.06, 2.1), SECOND))
        for side in (-1, 1):
            parts.append(Part(arc(side * 0.33, 1.5, 0.33, 0.15), SECOND))
    petal = arc(0.6, 0, 0.4, broad)
    for angle in np.arange(count) * 2 * np.pi / count + rng.uniform(0, 1):
        c, s = np.cos(angle), np.sin(angle)
        parts.append(Part(petal @ np.array([[c, s], [-s, c]]), MAIN))
    parts.append(Part(arc(0, 0, heart, heart), DETAIL))
    return Shape(parts, turn)


def heart(rng: Generator) -> Shape:
    t = np.linspace(0, 2 * np.pi, 80)
    lobes = rng.uniform(4, 6)
    y = 13 * np.cos(t) - lobes * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    edge = np.stack((16 * np.sin(t) ** 3, -y * rng.uniform(0.9, 1.1)), 1)
    return Shape([Part(edge, MAIN)], 25)


def house(rng: Generator) -> Shape:
    wide, eaves, roof = rng.uniform(0.65, 0.85), rng.uniform(0.08, 0.2), rng.uniform(0.55, 0.85)
    ridge = rng.choice([0.0, 0.35])
    parts = []
    if rng.random() < 0.5:
        x = rng.choice([-1, 1]) * 0.5 * wide
        parts.append(Part(box(x - 0.11, -roof, x + 0.11, 0), MAIN))
    parts += [
        Part(box(-wide, 0, wide, 0.95), MAIN),
        Part(polygon((-wide - eaves, 0), (-ridge, -roof), (ridge, -roof), (wide + eaves, 0)), SECOND),
    ]
    door = rng.uniform(-0.4, 0.4) * wide
    parts.append(Part(box(door - 0.14, 0.4, door + 0.14, 0.95), DETAIL))
    for x in (door - 0.5, door + 0.5):
        if abs(x) + 0.14 < wide:
            parts.append(Part(box(x - 0.14, 0.25, x + 0.14, 0.55), DETAIL))
    return Shape(parts, 12)


def mug(rng: Generator) -> Shape:
    wide, foot, side = rng.uniform(0.5, 0.65), rng.uniform(0.75, 1), rng.choice([-1, 1])
    handle = arc(wide * 0.9, 0.15, rng.uniform(0.38, 0.48), rng.uniform(0.36, 0.46), -90, 90)
    parts = [
        Part(ribbon(handle, rng.uniform(0.14, 0.22)) * (side, 1), MAIN),
        Part(polygon((-wide, -0.6), (wide, -0.6), (wide * foot, 0.9), (-wide * foot, 0.9)), MAIN),
    ]
    if rng.random() < 0.5:
        parts.append(Part(arc(0, 0.15, 0.22, 0.22), DETAIL))
    if rng.random() < 0.6:
        y = np.linspace(-0.75, -1.25, 20)
        for x in (-0.3, 0, 0.3):
            parts.append(Part(ribbon(np.stack((x + 0.07 * np.sin(y * 12), y), 1), 0.09), SECOND))
    return Shape(parts, 14)


def mushroom(rng: Generator) -> Shape:
    cap, stem, flare = rng.uniform(0.75, 1), rng.uniform(0.22, 0.32), rng.uniform(1, 1.35)
    parts = [
        Part(polygon((-stem, -0.05), (stem, -0.05), (stem * flare, 0.9), (-stem * flare, 0.9)), SECOND),
        Part(np.concatenate((arc(0, 0, 1, cap, 180, 360), arc(0, 0, 1, 0.12, 0, 180))), MAIN),
    ]
    for x, y in ((-0.5, 0.3), (0.08, 0.62), (0.52, 0.28)):
        r = rng.uniform(0.11, 0.17)
        parts.append(Part(arc(x + rng.uniform(-0.05, 0.05), -y * cap, r, r), DETAIL))
    return Shape(parts, 18)


def star(rng: Generator) -> Shape:
    points = int(rng.choice([5, 5, 5, 6]))
    t = np.arange(2 * points) * np.pi / points - np.pi / 2
    radius = np.where(np.arange(2 * points) % 2, rng.uniform(0.38, 0.52), 1)
    return Shape([Part(np.stack((radius * np.cos(t), radius * np.sin(t)), 1), MAIN)], 180)


def tree(rng: Generator) -> Shape:
    trunk = rng.uniform(0.1, 0.16)
    parts = [Part(box(-trunk, 0.3, trunk, 1.1), SECOND)]
    if rng.random() < 0.6:
        for y, wide in ((0.7, 0.75), (0.15, 0.6), (-0.4, 0.45)):
            tip = y - rng.uniform(0.75, 0.9)
            parts.append(Part(polygon((-wide, y), (0, tip), (wide, y)), MAIN))
    else:
        for x, y in ((-0.42, 0.05), (0.42, 0.05), (-0.28, -0.45), (0.28, -0.45), (0, -0.7), (0, -0.15)):
            r = rng.uniform(0.4, 0.48)
            parts.append(Part(arc(x, y, r, r), MAIN))
    return Shape(parts, 12)


SHAPES: dict[str, Callable[[Generator], Shape]] = {
    draw.__name__: draw
    for draw in (arrow, boat, crescent, cross, fish, flower, heart, house, mug, mushroom, star, tree)
}
LABELS = tuple(SHAPES)
