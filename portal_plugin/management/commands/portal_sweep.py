"""Work off what waits: the guarantee behind everything that is done after an answer."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from ...gateways import mailer
from ...services import work
from .. import ending


class Command(BaseCommand):
    help = (
        "Send the emails and make the PDFs and previews that wait, and take over what a worker"
        " that died left behind. Run it once a minute, for example from cron: where there is more"
        " than it gets done in that time, the next one goes on. After SIGTERM it finishes the email"
        " or PDF that it is at, and ends."
    )
    # Each warning would be an email of cron's every minute, and an error about one shop would keep
    # the work of all waiting. Web servers do not look either; portal_doctor does.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--loop",
            type=int,
            metavar="SECONDS",
            help="stay, and begin a sweep every so many seconds",
        )

    def handle(self, *args, loop=None, **options):
        if mailer.backend_name() == mailer.CONSOLE and not self.stdout.isatty():
            # Cron, with the settings that manage.py falls back to: customers would get nothing, and
            # staff would read that everything was sent.
            raise CommandError(
                "Nothing was done: with these settings emails are printed, not sent, and nobody is"
                " at this terminal. Name the settings of your web server with --settings."
            )
        with ending.softly():
            if loop is None:
                self.sweep()
            else:
                self.sweep_for_ever(loop)

    def sweep_for_ever(self, loop):
        while work.time_left():
            began = time.monotonic()
            # A connection that the database has dropped meanwhile is opened anew.
            close_old_connections()
            try:
                self.sweep()
            except CommandError as error:
                self.stderr.write(str(error))
            self.rest(max(1, round(loop - (time.monotonic() - began))))

    def rest(self, seconds):
        """Second by second: a signal does not end a sleep."""
        for _second in range(seconds):
            if work.time_left():
                time.sleep(1)

    def sweep(self):
        broken = work.sweep()
        if broken:
            raise CommandError(f"This work broke down, the log says why: {', '.join(broken)}")
