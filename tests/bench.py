"""Speed as ratios: ``python -m tests.bench``. What is compared runs in turns, in one process.

The portal's page against a plain view of the same site, the stored PDF against the page, and the
first PDF against WeasyPrint alone on the same HTML. Times themselves say more about the machine
than about the code, and are printed beside the ratios for whoever looks for a change.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["SANDBOX_DEBUG"] = "0"
os.environ.pop("PORTAL_TEST_DB", None)
# Importing the settings makes a folder for this process, and removes it at the end.
os.environ.pop("SANDBOX_DATA", None)

import django
from django.conf import settings

ROUNDS = 25
#: How often each page is asked for in a round: one request is too short to time.
REQUESTS = 8
WARM_UP = 10
HOST = "localhost"


@dataclass(frozen=True)
class Aim:
    """``ratio`` compares ``left`` to ``right``, by their times in the same round."""

    name: str
    left: str
    right: str
    wanted: float | None = None
    is_most: bool = False

    def is_met(self, ratio: float) -> bool:
        if self.wanted is None:
            return True
        return ratio <= self.wanted if self.is_most else ratio >= self.wanted


AIMS = [
    # A page's requests per second are the plain view's times its time over ours.
    Aim("page, requests per second of a plain view's", "plain view", "portal page", 0.8),
    Aim("stored PDF, requests per second of the page's", "portal page", "stored PDF"),
    Aim("first PDF, time of WeasyPrint's alone", "first PDF", "WeasyPrint alone", 1.1, True),
    Aim("first PDF, time of its drawing", "first PDF", "drawing"),
]


def main() -> int:
    options = _options()
    _set_up()
    document, cookie = _write()
    clock = time.process_time if options.cpu else time.perf_counter
    pages = {
        "plain view": _asking("/bench/", cookie),
        "portal page": _asking(_url(document), cookie),
        "stored PDF": _asking(_url(document, "pdf/file/"), cookie),
    }
    times = _in_turns(pages, options.rounds, clock, REQUESTS, WARM_UP)
    times |= _in_turns(_drawing(document), options.rounds, clock, 1, 1)
    return _tell(times, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time, on a machine that is busy"
    )
    return parser.parse_args()


# -- what is measured ------------------------------------------------------------------------------


def _set_up() -> None:
    settings.ROOT_URLCONF = "tests.bench_urls"
    settings.TEMPLATES[0]["DIRS"].append(settings.BASE_DIR / "tests" / "templates")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _write():
    """An order of ten items with a proof and a comment each, two payments and two files, and the
    cookies of the browser that opened its link."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client
    from django.utils import timezone

    from portal_plugin.models import Attachment, Comment
    from portal_plugin.services import files, links, payments, pdfs, previews, proofs
    from tests import factories, samples

    order = factories.order_factory(items=10, deposit_percent=30)
    link = factories.link_factory(order)
    for number, item in enumerate(order.lines):
        picture = samples.upload("front.png", samples.png((600 + number, 400)))
        proofs.add_proof_version(order, item.key, picture, wording=f"Wording {number}")
        Comment.objects.create(document_id=order.pk, item_key=item.key, text="Nice.", link=link)
    proofs.send_now(order, None)
    for amount in (100, 50):
        payments.record_offline(
            order,
            amount=Decimal(amount),
            method="Bank transfer",
            occurred_at=timezone.now(),
            note="",
            user=factories.user_factory(),
        )
    for name in ("one.pdf", "two.pdf"):
        upload = SimpleUploadedFile(name, b"%PDF-1.4\n" + name.encode())
        stored = files.store(order, upload, is_internal=False)
        Attachment.objects.filter(pk=stored.pk).update(shown_at=timezone.now())
    previews.drain()
    pdfs.drain()
    client = Client(SERVER_NAME=HOST)
    client.get(links.link_url(link, links.make_token(link)).removeprefix(order.site.root_url))
    client.get(_url(order))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return order, cookies


def _url(document, rest: str = "") -> str:
    return f"/portal/d/{document.public_id}/{rest}"


def _asking(path: str, cookie: str) -> Callable[[], None]:
    """One request through the whole site, as a server makes it, without the network."""
    from django.core.handlers.wsgi import WSGIHandler

    handler = WSGIHandler()

    def ask() -> None:
        started: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "HTTP_COOKIE": cookie,
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        response = handler(environ, lambda status, headers, *rest: started.append(status))
        size = sum(len(part) for part in response)
        response.close()
        if started != ["200 OK"] or not size:
            raise RuntimeError(f"{path} answered {started}")

    return ask


def _drawing(document) -> dict[str, Callable[[], None]]:
    """The way from an order to a stored PDF; its drawing without orders, rows and storage; and
    WeasyPrint as it comes, which unpacks the fonts of the style sheet each time."""
    from weasyprint import HTML

    from portal_plugin.gateways import pdf, weasy
    from portal_plugin.models import RenderedPdf
    from portal_plugin.services import paper, pdfs
    from portal_plugin.statuses import WorkState

    sheet = paper.sheet(document)
    reachable = {pdf.BASE + address: content for address, content in sheet.files.items()}

    def alone() -> None:
        fetcher = weasy.SealedFetcher(reachable)
        HTML(string=sheet.html, base_url=pdf.BASE, url_fetcher=fetcher).write_pdf(**weasy.OPTIONS)

    def drawing() -> None:
        weasy.draw(sheet.html, base=pdf.BASE, files=reachable, identifier=sheet.input_hash)

    def first() -> None:
        rows = RenderedPdf.objects.filter(document_id=document.pk)
        rows.delete()
        pdfs.order_render(document)
        pdfs.drain()
        if rows.get().state != WorkState.READY:
            raise RuntimeError("No PDF was made")

    return {"WeasyPrint alone": alone, "drawing": drawing, "first PDF": first}


# -- measuring and telling -------------------------------------------------------------------------


def _in_turns(
    subjects: dict[str, Callable[[], None]],
    rounds: int,
    clock: Callable[[], float],
    repeats: int,
    warm_up: int,
) -> dict[str, list[float]]:
    """Seconds per call of each subject in each round. Every round begins with another one."""
    for call in subjects.values():
        for _turn in range(warm_up):
            call()
    times: dict[str, list[float]] = {name: [] for name in subjects}
    order = list(subjects)
    for number in range(rounds):
        first = number % len(order)
        for name in order[first:] + order[:first]:
            begin = clock()
            for _turn in range(repeats):
                subjects[name]()
            times[name].append((clock() - begin) / repeats)
    return times


def _tell(times: dict[str, list[float]], rounds: int) -> int:
    """Returns 0 where every aim is met."""
    print(f"\nMedian of {rounds} rounds")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"  {name:<48}{median * 1000:9.1f} ms{1 / median:9.1f} /s")
    print("\nRatio, median of the rounds")
    is_met = True
    for aim in AIMS:
        pairs = zip(times[aim.left], times[aim.right], strict=True)
        ratio = statistics.median(left / right for left, right in pairs)
        is_met = is_met and aim.is_met(ratio)
        print(f"  {aim.name:<48}{ratio:9.2f}   {_verdict(aim, ratio)}")
    return 0 if is_met else 1


def _verdict(aim: Aim, ratio: float) -> str:
    if aim.wanted is None:
        return ""
    limit = f"{'at most' if aim.is_most else 'at least'} {aim.wanted}"
    return f"{limit}: {'met' if aim.is_met(ratio) else 'missed'}"


if __name__ == "__main__":
    sys.exit(main())
