from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from ... import registry
from ...models import Order, SalesDocument
from ...services import links, work
from ..demo import writing
from ..demo.samples import PEOPLE, samples


class Command(BaseCommand):
    help = (
        "Write sample customers and documents in every state. Run again, it adds what is missing "
        "and changes nothing that is there."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--links",
            action="store_true",
            help="Print state, number, title and a new direct link of each sample, tab-separated.",
        )

    def handle(self, *args, **options):
        sites = writing.shops()
        if not sites:
            raise CommandError("There is no site: add one in the admin, under Settings, Sites.")
        for number, site in enumerate(dict.fromkeys(sites)):
            writing.furnish(site, number)
        customers = writing.people(sites)
        written = [
            document
            for sample in samples()
            if (document := writing.write(sample, customers[sample.person])) is not None
        ]
        if written:
            self._finish_work()
        if options["links"]:
            self._print_links(customers.values())
        elif options["verbosity"]:
            self.stdout.write(
                f"{len(written)} sample documents written for {len(PEOPLE)} customers"
            )

    def _finish_work(self):
        """Pictures, PDFs and mails are ready before anybody opens a link."""
        for kind in ("preview", "pdf", "mail"):
            if kind in registry.workers():
                work.run(kind)

    def _print_links(self, customers):
        for document in self._shown(customers):
            link = links.ensure_link(document, customer=document.customer)
            url = links.link_url(link, links.make_token(link))
            row = (document.specific.state.label, document.number, document.title, url)
            self.stdout.write("\t".join(str(cell) for cell in row))

    def _shown(self, customers):
        """An estimate that became an order is shown as the order: its link leads there."""
        replaced = Order.objects.filter(source_estimate__isnull=False).values("source_estimate")
        found = SalesDocument.objects.filter(
            ~Q(pk__in=replaced), customer__in=customers, current_version__isnull=False
        )
        return found.select_related("site", "customer").order_by("pk")
