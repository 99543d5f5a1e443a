"""The preview of a huge picture beside Pillow's own ``thumbnail()`` in a process like it."""

import resource
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from math import isqrt

from . import Figure

#: Nothing but Pillow: the same three sizes, each from the one before.
ALONE = """
import sys
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
picture = Image.open(sys.stdin.buffer, formats=["PNG"])
for side in sorted(map(int, sys.argv[2:]), reverse=True):
    picture.thumbnail((side, side))
    picture.save(f"{sys.argv[1]}/{side}", "JPEG", quality=87, subsampling=0, optimize=True)
"""


def measure(options) -> list[Figure]:
    from portal_plugin.gateways import pictures
    from tests import samples

    side = isqrt(options.megapixels * 10**6)
    with tempfile.TemporaryFile() as source, tempfile.TemporaryDirectory() as folder:
        source.write(samples.png((side, side)))
        sides = [str(size) for size in pictures.SIZES.values()]
        command = [pictures.interpreter(), "-c", ALONE, folder, *sides]

        def alone():
            source.seek(0)
            subprocess.run(command, stdin=source, check=True)

        def ours():
            if pictures.draw(source, "image/png") is None:
                raise RuntimeError("No preview was made")

        pairs = [(_cost(ours), _cost(alone)) for _round in range(options.rounds)]
    ratio = statistics.median(mine[1] / bare[1] for mine, bare in pairs)
    here = statistics.median(mine[0] / mine[1] for mine, _bare in pairs)
    child, bare = (statistics.median(pair[at][1] for pair in pairs) for at in (0, 1))
    told = f"{child:.2f} s to {bare:.2f} s of processor time"
    name = f"picture of {options.megapixels} megapixels"
    return [
        Figure(f"{name}, the child's time of Pillow's thumbnail()", ratio, "", 1.1, told),
        Figure(f"{name}, the web worker's part of it", here, "", 0.05),
    ]


def _cost(act: Callable[[], None]) -> tuple[float, float]:
    """Seconds of processor time here, and in children."""
    before = _spent()
    act()
    return tuple(now - then for now, then in zip(_spent(), before, strict=True))  # type: ignore[return-value]


def _spent() -> tuple[float, float]:
    return tuple(  # type: ignore[return-value]
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
