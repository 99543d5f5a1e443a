"""Work off what waits: the guarantee behind everything that is done after an answer."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from ...services import work


class Command(BaseCommand):
    help = (
        "Send the emails and make the PDFs and previews that wait, and take over what a worker"
        " that died left behind. Run it once a minute, for example from cron."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--loop",
            type=int,
            metavar="SECONDS",
            help="stay, and sweep again after so many seconds",
        )

    def handle(self, *args, loop=None, **options):
        if loop is None:
            self.sweep()
            return
        while True:
            # A connection that the database has dropped meanwhile is opened anew.
            close_old_connections()
            try:
                self.sweep()
            except CommandError as error:
                self.stderr.write(str(error))
            time.sleep(loop)

    def sweep(self):
        broken = work.sweep()
        if broken:
            raise CommandError(f"This work broke down, the log says why: {', '.join(broken)}")
