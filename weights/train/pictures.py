"""Draws the pictures the demo network learns from and is tested on.

The styles of training and test have other colours, patterns, decorated edges and
clutter, so a test picture never looks like one seen in training.
Lengths are fractions of the picture's shorter side, so any size looks alike.
"""

from typing import Callable, NamedTuple

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

from shapes import DETAIL, LABELS, MAIN, SHAPES, Shape

SUPERSAMPLING = 4
Field = np.ndarray  # one number in 0..1 per pixel


class Grid(NamedTuple):
    """Where each pixel lies, from the centre, and how large a pixel is."""

    x: np.ndarray
    y: np.ndarray
    pixel: float

    @staticmethod
    def of(width: int, height: int) -> "Grid":
        side = min(width, height)
        x = (np.arange(width) + 0.5 - width / 2) / side
        y = (np.arange(height) + 0.5 - height / 2) / side
        return Grid(*np.meshgrid(x.astype(np.float32), y.astype(np.float32)), 1 / side)

    def turned(self, angle: float) -> tuple[np.ndarray, np.ndarray]:
        c, s = np.cos(angle), np.sin(angle)
        return self.x * c + self.y * s, self.y * c - self.x * s

    def step(self, distance: np.ndarray) -> Field:
        """1 where a distance is positive, 0 where negative, with an edge one pixel wide."""
        return np.clip(distance / self.pixel + 0.5, 0, 1)


# Patterns: how two colours mix over an area.

def flat(grid: Grid, rng: Generator) -> Field:
    return np.zeros_like(grid.x)


def linear(grid: Grid, rng: Generator) -> Field:
    x, _ = grid.turned(rng.uniform(0, 2 * np.pi))
    return np.clip(x + 0.5, 0, 1)


def stripes(grid: Grid, rng: Generator) -> Field:
    x, _ = grid.turned(rng.uniform(0, np.pi))
    return waveform(grid, x, rng.uniform(0.06, 0.2))


def cloud(grid: Grid, rng: Generator) -> Field:
    height, width = grid.x.shape
    coarse = rng.integers(0, 256, (rng.integers(3, 9),) * 2, np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), np.float32) / 255


def radial(grid: Grid, rng: Generator) -> Field:
    cx, cy = rng.uniform(-0.3, 0.3, 2)
    return np.clip(1.4 * np.hypot(grid.x - cx, grid.y - cy), 0, 1)


def checker(grid: Grid, rng: Generator) -> Field:
    x, y = grid.turned(rng.uniform(0, np.pi))
    period = rng.uniform(0.12, 0.3)
    a, b = waveform(grid, x, period), waveform(grid, y, period)
    return a + b - 2 * a * b


def dots(grid: Grid, rng: Generator) -> Field:
    x, y = grid.turned(rng.uniform(0, np.pi))
    period = rng.uniform(0.08, 0.16)
    x, y = (np.mod(v + 10 * period, period) - period / 2 for v in (x, y))
    return grid.step(period * 0.3 - np.hypot(x, y))


def waves(grid: Grid, rng: Generator) -> Field:
    x, y = grid.turned(rng.uniform(0, np.pi))
    return waveform(grid, x + 0.03 * np.sin(y * rng.uniform(12, 25)), rng.uniform(0.08, 0.2))


def rays(grid: Grid, rng: Generator) -> Field:
    cx, cy = rng.uniform(-0.1, 0.1, 2)
    angle = np.arctan2(grid.y - cy, grid.x - cx) + rng.uniform(0, 1)
    count = int(rng.integers(7, 15))
    return grid.step(np.sin(angle * count) * np.hypot(grid.x - cx, grid.y - cy) / count)


def waveform(grid: Grid, x: np.ndarray, period: float) -> Field:
    """Alternates between 0 and 1 along x."""
    return grid.step(np.abs(np.mod(x, period) - period / 2) - period / 4)


# Clutter: a few small things that mean nothing.

def specks(pen: ImageDraw.ImageDraw, at: np.ndarray, size: float, rng: Generator) -> None:
    pen.ellipse((*(at - size / 2), *(at + size / 2)), 255)


def dashes(pen: ImageDraw.ImageDraw, at: np.ndarray, size: float, rng: Generator) -> None:
    angle = rng.uniform(0, np.pi)
    reach = 2 * size * np.array((np.cos(angle), np.sin(angle)))
    pen.line((*(at - reach), *(at + reach)), 255, max(1, int(size / 3)))


def confetti(pen: ImageDraw.ImageDraw, at: np.ndarray, size: float, rng: Generator) -> None:
    pen.regular_polygon((*at, size / 2), 4, rng.uniform(0, 90), 255)


def rings(pen: ImageDraw.ImageDraw, at: np.ndarray, size: float, rng: Generator) -> None:
    pen.ellipse((*(at - size * 0.7), *(at + size * 0.7)), None, 255, max(1, int(size / 4)))


class Style(NamedTuple):
    """What a set of pictures may look like."""

    patterns: tuple[Callable[[Grid, Generator], Field], ...]
    edges: tuple[str, ...]
    clutter: tuple[Callable[[ImageDraw.ImageDraw, np.ndarray, float, Generator], None], ...]
    saturations: tuple[tuple[float, float], ...]
    grainy: float
    """How often a picture has film grain."""


TRAINING = Style(
    (flat, linear, stripes, cloud),
    ("plain", "plain", "rim", "line"),
    (specks, dashes),
    ((0, 0.06), (0.5, 1), (0.5, 1), (0.5, 1)),
    0.5,
)
HELD_OUT = Style(
    (radial, checker, dots, waves, rays),
    ("plain", "plain", "sticker", "double line"),
    (confetti, rings),
    ((0.12, 0.42),),
    0.15,
)


# Colours: arrays of red, green, blue in 0..1.

def brightness(colour: np.ndarray) -> float:
    return float(colour @ (0.299, 0.587, 0.114))


def any_colour(style: Style, rng: Generator) -> np.ndarray:
    low, high = style.saturations[rng.integers(len(style.saturations))]
    hue = np.clip(np.abs((rng.uniform(0, 6) + np.array((0, 4, 2))) % 6 - 3) - 1, 0, 1)
    return rng.uniform(0.1, 1) * (1 - rng.uniform(low, high) * (1 - hue))


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return abs(brightness(a) - brightness(b))


class Colours(NamedTuple):
    """Two for the background and two for each tone of the shape."""

    ground: tuple[np.ndarray, np.ndarray]
    tones: tuple[tuple[np.ndarray, np.ndarray], ...]

    @staticmethod
    def choose(style: Style, rng: Generator) -> "Colours":
        """Colours at random, but such that shape and background differ in brightness."""

        def where(fits: Callable[[np.ndarray], bool]) -> np.ndarray:
            while not fits(colour := any_colour(style, rng)):
                pass
            return colour

        def clear(colour: np.ndarray, distance: float) -> bool:
            return min(apart(colour, ground), apart(colour, other)) > distance

        def paired(colour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return colour, where(lambda c: apart(c, colour) < 0.2 and clear(c, 0.15))

        ground = where(lambda c: not 0.4 < brightness(c) < 0.55)
        other = where(lambda c: apart(c, ground) < 0.13)
        main = where(lambda c: clear(c, 0.2))
        second = where(lambda c: clear(c, 0.2) and np.abs(c - main).max() > 0.15)
        detail = where(lambda c: apart(c, main) > 0.2)
        return Colours((ground, other), (paired(main), paired(second), (detail, detail)))


def blend(below: np.ndarray, above: np.ndarray, mask: Field) -> np.ndarray:
    return below + (above - below) * mask[..., None]


class Painter:
    """One picture in the making: coverage is drawn enlarged, colours at final size."""

    def __init__(self, width: int, height: int, rng: Generator):
        self.size = (width, height)
        self.side = min(width, height)
        self.rng = rng
        self.grid = Grid.of(width, height)
        self.image = np.zeros((height, width, 3), np.float32)

    def mask(self, paint: Callable[[ImageDraw.ImageDraw, int], None]) -> Field:
        """Coverage of what `paint` draws, given a pen and its enlargement."""
        canvas = Image.new("L", tuple(v * SUPERSAMPLING for v in self.size))
        paint(ImageDraw.Draw(canvas), SUPERSAMPLING)
        return np.asarray(canvas.reduce(SUPERSAMPLING), np.float32) / 255

    def polygon(self, points: np.ndarray) -> Field:
        return self.mask(lambda pen, k: pen.polygon([*map(tuple, points * k)], 255))

    def line(self, points: np.ndarray, width: float) -> Field:
        closed = np.concatenate((points, points[:2]))
        return self.mask(lambda pen, k: pen.line([*map(tuple, closed * k)], 255, max(k, round(width * k)), "curve"))

    def pattern(self, style: Style, colours: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        mix = style.patterns[self.rng.integers(len(style.patterns))](self.grid, self.rng)
        return blend(np.broadcast_to(colours[0], self.image.shape), np.asarray(colours[1]), mix)

    def clutter(self, style: Style, most: int) -> None:
        for _ in range(self.rng.integers(most + 1)):
            kind = style.clutter[self.rng.integers(len(style.clutter))]
            at = self.rng.uniform(0, 1, 2) * self.size
            size = self.rng.uniform(0.025, 0.06) * self.side
            mask = self.mask(lambda pen, k: kind(pen, at * k, size * k, self.rng))
            self.image = blend(self.image, any_colour(style, self.rng), mask)

    def shape(self, parts: list[tuple[np.ndarray, int]], style: Style, colours: Colours) -> None:
        edge = style.edges[self.rng.integers(len(style.edges))]
        width = self.rng.uniform(0.025, 0.05) * self.side
        if edge == "sticker":
            self.sticker([points for points, _ in parts], width, colours)
        below = self.image
        fills = [self.pattern(style, tone) for tone in colours.tones]
        for points, tone in parts:
            inside = self.polygon(points)
            if edge in ("line", "double line"):
                self.image = blend(blend(self.image, below, inside), colours.tones[MAIN][0], self.line(points, width))
                if edge == "double line":
                    self.image = blend(self.image, colours.tones[MAIN][1], self.line(points, width / 3))
            else:
                self.image = blend(self.image, fills[tone], inside)
                if edge == "rim":
                    self.image = blend(self.image, colours.tones[DETAIL][0], self.line(points, width / 2))

    def sticker(self, outlines: list[np.ndarray], width: float, colours: Colours) -> None:
        """A border around the whole shape that sets it off, and a soft shadow under it."""
        def border(shift: float) -> Field:
            moved = [points + (shift, shift) for points in outlines]
            return np.max([np.maximum(self.polygon(p), self.line(p, 2 * width)) for p in moved], 0)

        soft = 0.03 * self.side
        shadow = Image.fromarray(np.uint8(border(soft) * 255)).filter(ImageFilter.GaussianBlur(soft))
        shadow = np.asarray(shadow, np.float32) / 255
        self.image = blend(self.image, np.zeros(3), 0.4 * shadow)
        dark = brightness(colours.tones[MAIN][0]) < 0.5
        self.image = blend(self.image, np.full(3, 0.97 if dark else 0.08), border(0))

    def finish(self, blur: float, noise: float) -> Image.Image:
        picture = Image.fromarray(np.uint8(np.clip(self.image, 0, 1) * 255 + 0.5))
        if blur > 0.3:
            picture = picture.filter(ImageFilter.GaussianBlur(blur))
        if noise > 0:
            grain = self.rng.normal(0, noise, self.image.shape[:2])[..., None]
            picture = Image.fromarray(np.uint8(np.clip(np.asarray(picture) + grain, 0, 255)))
        return picture


def place(shape: Shape, size: tuple[int, int], extent: float, centred: bool,
          rng: Generator) -> list[tuple[np.ndarray, int]]:
    """Turns, slants and stretches a shape and fits it into a picture; `extent` is its longer side."""
    angle = np.radians(rng.uniform(-shape.turn, shape.turn))
    c, s = np.cos(angle), np.sin(angle)
    slant = np.array([[1, rng.uniform(-0.15, 0.15)], [0, rng.uniform(0.85, 1.18)]])
    mirror = rng.choice([-1, 1])
    points = [part.outline * (mirror, 1) @ (np.array([[c, -s], [s, c]]) @ slant).T for part in shape.parts]
    every = np.concatenate(points)
    low, high = every.min(0), every.max(0)
    scale = extent * min(size) / (high - low).max()
    room = np.maximum(np.array(size) - scale * (high - low), 0) / 2
    offset = np.zeros(2) if centred else rng.uniform(-0.9, 0.9, 2) * room
    middle = np.array(size) / 2 + offset
    return [((p - (low + high) / 2) * scale + middle, part.tone) for p, part in zip(points, shape.parts)]


def draw(label: str, style: Style, rng: Generator, width: int, height: int, tidy: bool = False) -> Image.Image:
    """One picture. A tidy one is large, centred, sharp and free of clutter."""
    painter = Painter(width, height, rng)
    colours = Colours.choose(style, rng)
    extent = rng.uniform(0.72, 0.8) if tidy else rng.uniform(0.42, 0.92)
    parts = place(SHAPES[label](rng), painter.size, extent, tidy, rng)
    painter.image = painter.pattern(style, colours.ground)
    if not tidy:
        painter.clutter(style, 6)
    painter.shape(parts, style, colours)
    if not tidy:
        painter.clutter(style, 3)
    blur = 0 if tidy else max(0, rng.uniform(-0.6, 1)) * painter.side / 96
    noise = rng.uniform(2, 12) if not tidy and rng.random() < style.grainy else 0
    return painter.finish(blur, noise)


def draw_set(style: Style, count: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Square pictures [count, size, size, 3] and their class indices, the classes in turn."""
    pictures = np.empty((count, size, size, 3), np.uint8)
    classes = np.arange(count) % len(LABELS)
    for i, label in enumerate(classes):
        pictures[i] = draw(LABELS[label], style, np.random.default_rng((seed, i)), size, size)
    return pictures, classes
