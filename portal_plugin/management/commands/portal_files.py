"""Clear away what nobody needs: uploads that were given up, files that no row names, and customers'
files and network addresses that a shop does not keep any longer."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...actions import resuming
from ...models import Attachment
from ...services import orphans, retention, traces, work
from .. import ending

logger = logging.getLogger(__name__)

#: So few files are deleted whatever part of all they are.
FEW = 50
#: Network addresses that are forgotten in one run: more than any shop has in a day.
TRACES = 10_000


class Command(BaseCommand):
    help = (
        "Forget uploads that nobody went on with, and delete files from the private storage that"
        " no row names and that are older than a day. Where a shop has said for how many months it"
        " keeps customers' files and network addresses, delete those that are over. Run it once a"
        " night. Stopped in the middle or run twice it does no harm; after SIGTERM it finishes the"
        " file that it is at."
    )
    # As portal_sweep: cron tells what broke down, not every night what could be better.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="name them, delete nothing")
        parser.add_argument(
            "--most",
            type=float,
            default=10.0,
            metavar="PERCENT",
            help="delete nothing at all where it would be more than so much of what is stored:"
            " then this is more likely the wrong database (default 10)",
        )
        parser.add_argument(
            "--most-expired",
            type=int,
            default=1000,
            metavar="FILES",
            help="delete at most so many of customers' files that are not kept any longer; the"
            " next run goes on (default 1000)",
        )
        parser.add_argument(
            "--most-expired-percent",
            type=float,
            default=50.0,
            metavar="PERCENT",
            help="delete none of them where it would be more than so much of all that customers"
            f" sent, and more than {FEW} files: this is more likely a wrong clock (default 50)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with ending.softly():
            self._clear(**options)
            if not work.time_left():
                self.stdout.write("Told to end. The next run goes on.")

    def _clear(self, dry_run: bool, most: float, **options: Any) -> None:
        self._forget_traces(dry_run)
        expired = retention.all_due()
        refusal = "" if dry_run else _refusal(len(expired), options["most_expired_percent"])
        if expired and not refusal:
            refusal = self._clear_expired(expired, dry_run, options["most_expired"])
        self._clear_orphans(dry_run, most, options["verbosity"])
        if refusal:
            raise CommandError(refusal)

    def _forget_traces(self, dry_run: bool) -> None:
        found = traces.count() if dry_run else traces.forget(TRACES)
        if found:
            done = "are to be" if dry_run else "were"
            self.stdout.write(f"Address, browser or visits of {found} rows {done} forgotten.")

    def _clear_expired(self, found: list[int], dry_run: bool, most: int) -> str:
        """What is wrong with those that could not be deleted, or nothing."""
        if dry_run:
            for row in Attachment.objects.filter(pk__in=found[:most]).select_related("document"):
                self.stdout.write(f"{row.document}: {row.name}")
            self.stdout.write(f"{_told(len(found))}. Nothing was deleted.")
            return ""
        gone, broken = 0, []
        for pk in found:
            if gone >= most or not work.time_left():
                break
            try:
                gone += retention.remove(pk)
            except Exception:
                # The outermost loop: a shop's promise to its customers does not wait for another's.
                logger.exception("Customers' file %s could not be deleted", pk)
                broken.append(pk)
        self.stdout.write(f"{_told(len(found))}; {gone} were deleted.")
        return f"{len(broken)} of them could not be deleted; the log says why." if broken else ""

    def _clear_orphans(self, dry_run: bool, most: float, verbosity: int) -> None:
        if not dry_run:
            resuming.drain()
            orphans.recount()
        found = orphans.find()
        if not work.time_left():
            return
        if verbosity > 1 or dry_run:
            for name in [*found.stored, *map(str, found.staged)]:
                self.stdout.write(name)
        told = f"{found.count} of {found.looked_at} files are nobody's"
        if dry_run:
            self.stdout.write(f"{told}. Nothing was deleted.")
            return
        if found.percent > most:
            raise CommandError(
                f"{told}, {found.percent:.0f} % of what is stored. Nothing was deleted: is this the"
                f" right database? If it is, say --most {min(int(found.percent) + 1, 100)}."
            )
        self.stdout.write(f"{orphans.remove(found)} files were deleted.")


def _told(count: int) -> str:
    return f"{count} of customers' files are not kept any longer"


def _refusal(count: int, most_percent: float) -> str:
    """Why none of so many is deleted before somebody has looked; empty where they may go."""
    if count <= FEW or (percent := retention.percent(count)) <= most_percent:
        return ""
    return (
        f"{_told(count)}, {percent} % of them. None was deleted: is the clock right? If it is,"
        f" say --most-expired-percent {percent} once."
    )
