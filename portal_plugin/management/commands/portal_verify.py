"""Verify that what customers decided, and what they were shown, is what it was."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...models import SalesDocument
from ...services.evidence import verifying
from ..documents import found


class Command(BaseCommand):
    help = (
        "Verify the history, versions, decisions, terms and files of documents. Prints the first"
        " thing of each that is not what it was, and ends with 1 if there is any. For each sound"
        " document it prints the head of its history: keep the output elsewhere, and give it to"
        " --head later to find histories that were cut or replaced by an older copy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "documents", nargs="*", metavar="DOCUMENT", help="a number, or what its address has"
        )
        parser.add_argument("--all", action="store_true", help="every document of every site")
        parser.add_argument("--head", metavar="FILE", help="an earlier output of this command")

    def handle(self, *args: Any, documents: list[str], **options: Any) -> None:
        if not (documents or options["all"] or options["head"]):
            raise CommandError("Name documents, or --all, or --head FILE.")
        broken = self._heads(options["head"]) if options["head"] else 0
        rows = SalesDocument.objects.order_by("pk").iterator() if options["all"] else []
        for document in rows or found(documents):
            broken += self._verify(document.specific)
        if broken:
            raise CommandError(f"{broken} not as it was.")

    def _verify(self, document: SalesDocument) -> int:
        fault, head = verifying.first_fault(document)
        name = document.number or "draft"
        if fault is not None:
            self.stdout.write(self.style.ERROR(f"BROKEN {name} ({document.public_id}): {fault}"))
            return 1
        self.stdout.write(f"OK     {name}  {head}")
        return 0

    def _heads(self, path: str) -> int:
        try:
            known = verifying.heads_in(Path(path).read_text())
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        if not known:
            raise CommandError(f"{path} has no head in it.")
        gone = [fault for each in known if (fault := verifying.missing_since(each))]
        for fault in gone:
            self.stdout.write(self.style.ERROR(f"BROKEN {fault}"))
        return len(gone)
