"""What files cost, as ratios: ``python -m tests.bench_files``.

An upload in pieces beside the same bytes saved by a bare Django view; a slow upload, and what
somebody else waits meanwhile, on gunicorn as the documentation starts it; the picture of a huge
file beside Pillow alone; and many items approved in one go.
"""

import argparse
import sys
import time
from collections.abc import Callable

from tests import bench

PARTS = ("upload", "line", "picture", "approve")


def main() -> int:
    options = _options()
    bench._set_up()
    from tests.benching import approving, customers, drawing, lines, uploading

    customers.clock = time.process_time if options.cpu else time.perf_counter

    parts: dict[str, Callable] = {
        "upload": uploading.measure,
        "line": lines.measure,
        "picture": drawing.measure,
        "approve": approving.measure,
    }
    found = [figure for name in options.only for figure in parts[name](options)]
    print()
    for figure in found:
        print(figure)
    return int(not all(figure.is_met for figure in found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench --files", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--files", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--megabytes", type=int, default=1024, help="of the upload; default 1024")
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    parser.add_argument("--megapixels", type=int, default=100, help="default 100")
    parser.add_argument("--items", type=int, default=500, help="default 500")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time, on a machine that is busy"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
