"""A drawn signature: lines of points in a box of our own, from a browser that may send anything.

What is kept is JSON that we wrote, and what is shown is a path that we made of it: nothing of what
a browser sent reaches a page but whole numbers within the box.
"""

import itertools
import json

WIDTH, HEIGHT = 600, 200
MOST_LETTERS = 40_000
MOST_STROKES = 60
MOST_POINTS = 3_000
#: How far the pen has to have gone in all, so that a slip of the finger is no signature.
LEAST_WAY = 60


def read(text: str) -> list[list[int]]:
    """Of each stroke its points, as x, y, x, y … from the box's top left, whatever the language.
    Empty for an empty text. Raises ``ValueError`` for what no pad of ours sends."""
    if not text:
        return []
    if len(text) > MOST_LETTERS:
        raise ValueError("too long")
    try:
        strokes = json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        raise ValueError("no strokes, or too many")
    for stroke in strokes:
        _check(stroke)
    if sum(map(len, strokes)) > MOST_POINTS * 2 or sum(map(_way, strokes)) < LEAST_WAY:
        raise ValueError("too many points, or hardly any")
    return strokes


def write(strokes: list[list[int]]) -> str:
    return json.dumps(strokes, separators=(",", ":")) if strokes else ""


def path(text: str) -> str:
    """The ``d`` of an SVG path within a ``viewBox`` of the box's size; empty for what is none."""
    try:
        return "".join(_path(stroke) for stroke in read(text))
    except ValueError:
        return ""


def _check(stroke: object) -> None:
    if not isinstance(stroke, list) or len(stroke) < 2 or len(stroke) % 2:
        raise ValueError("not pairs of numbers")
    if not all(type(number) is int for number in stroke):
        raise ValueError("not whole numbers")
    xs, ys = stroke[::2], stroke[1::2]
    if not (0 <= min(xs) <= max(xs) <= WIDTH and 0 <= min(ys) <= max(ys) <= HEIGHT):
        raise ValueError("out of the box")


def _points(stroke: list[int]) -> list[tuple[int, int]]:
    return list(zip(stroke[::2], stroke[1::2], strict=True))


def _way(stroke: list[int]) -> int:
    points = _points(stroke)
    steps = itertools.pairwise(points)
    return sum(max(abs(c - a), abs(d - b)) for (a, b), (c, d) in steps)


def _path(stroke: list[int]) -> str:
    """A point alone is a line of no length, which round ends make a dot of."""
    first, *rest = _points(stroke)
    lines = "".join(f"L{x} {y}" for x, y in rest or [first])
    return f"M{first[0]} {first[1]}{lines}"
