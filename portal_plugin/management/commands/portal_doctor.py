"""Say what keeps the portal from working on this machine, worst first."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import starter
from ...services.diagnosis import Finding, Level, examine, worst_first

LABELS = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.INFO: "NOTE", Level.FINE: "OK"}
WIDTH = max(map(len, LABELS.values())) + 2


class Command(BaseCommand):
    help = (
        "Try what the portal needs, for real: the customer's page in each site's own base, a PDF,"
        " the private storage, the virus check, the cache, Stripe, a test mail, waiting work, the"
        " system checks."
        " Prints what is wrong, worst first, and ends with 1 if there are errors."
    )
    # A failing check must be told by this command, and not keep it from running.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", default="", help="send a test mail there")
        parser.add_argument(
            "--groups",
            action="store_true",
            help='make the groups "Portal editors" and "Portal managers"',
        )

    def handle(self, *args: Any, mail: str, groups: bool, verbosity: int, **options: Any) -> None:
        if groups:
            names = ", ".join(f"“{group.name}”" for group in starter.ensure_groups())
            self.stdout.write(f"The groups {names} are there; give them to your staff.")
        findings = worst_first(examine(mail))
        for finding in findings:
            if finding.level > Level.FINE or verbosity > 1:
                self._print(finding)
        self._sum_up(findings)

    def _print(self, finding: Finding) -> None:
        label = self._colour(finding.level)(LABELS[finding.level].ljust(WIDTH))
        mark = f" ({finding.id})" if finding.id else ""
        # Others' error messages may have several lines.
        self.stdout.write(f"{label}{' '.join(finding.cause.split())}{mark}")
        if finding.fix:
            self.stdout.write(" " * WIDTH + finding.fix)

    def _colour(self, level: Level) -> Any:
        return {
            Level.ERROR: self.style.ERROR,
            Level.WARNING: self.style.WARNING,
            Level.INFO: self.style.NOTICE,
            Level.FINE: self.style.SUCCESS,
        }[level]

    def _sum_up(self, findings: list[Finding]) -> None:
        counts = {level: sum(f.level == level for f in findings) for level in Level}
        fine = f"{counts[Level.FINE]} things were tried and work"
        if counts[Level.ERROR]:
            raise CommandError(
                f"{_count(counts[Level.ERROR], 'error')} and"
                f" {_count(counts[Level.WARNING], 'warning')}; {fine}."
            )
        if counts[Level.WARNING]:
            self.stdout.write(f"No errors, {_count(counts[Level.WARNING], 'warning')}; {fine}.")
        else:
            self.stdout.write(self.style.SUCCESS(f"The portal is ready: {fine}."))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
