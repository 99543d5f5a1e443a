"""Of what a browser sends as a signature, whole numbers within the box are kept, and no more."""

import json

import pytest

from portal_plugin import strokes

DRAWN = [[10, 20, 200, 90], [300, 40]]


def test_what_was_drawn_is_read_and_written_again():
    assert strokes.read(json.dumps(DRAWN)) == DRAWN
    assert strokes.write(DRAWN) == "[[10,20,200,90],[300,40]]"


def test_nothing_is_nothing():
    assert strokes.read("") == []
    assert strokes.write([]) == strokes.path("") == ""


def test_a_point_alone_is_a_dot():
    assert strokes.path(strokes.write(DRAWN)) == "M10 20L200 90M300 40L300 40"


@pytest.mark.parametrize(
    "sent",
    [
        "no json",
        "{}",
        "[]",
        "[1]",
        "[[]]",
        "[[1]]",
        "[[1,2,3]]",
        '[["1","2","3","4"]]',
        "[[0.5,1,200,100]]",
        "[[true,false,200,100]]",
        "[[NaN,1,200,100]]",
        "[[-1,0,200,100]]",
        "[[0,0,601,100]]",
        "[[0,0,200,201]]",
        "[[10,10,20,20]]",
        f"[[0,0,{'9' * 5000},1]]",
        "[" * 30_000,
        json.dumps([[0, 0, 600, 200]] * 61),
        json.dumps([[0, 0, 600, 200] * 1501]),
        " " * 40_001,
    ],
)
def test_what_no_pad_of_ours_sends_is_refused(sent):
    with pytest.raises(ValueError):  # noqa: PT011 - all that callers know
        strokes.read(sent)
    assert strokes.path(sent) == ""
