"""The PDF of a formal invoice carries the e-invoice, as PDF/A and Factur-X want it."""

from io import BytesIO
from xml.etree import ElementTree

import facturx
import pypdf
import pytest

from portal_plugin.gateways import pdf
from portal_plugin.models import RenderedPdf
from portal_plugin.services import invoice_paper, invoices, pdfs
from tests.archiving import pdf_of
from tests.einvoicing import change, site
from tests.factories import fresh, order_factory

__all__ = ["site"]
# What is drawn and stored is the same on every database.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

needs_pango = pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())


@needs_pango
def test_the_pdf_carries_it_as_the_norm_wants(site):
    invoice = invoices.issue(order_factory(2, site=site))
    pdfs.drain()
    stored = pdf_of(invoice)
    name, xml = facturx.get_xml_from_pdf(stored, check_xsd=True)
    assert (name, xml.decode()) == ("factur-x.xml", invoice.said["einvoice"])
    root = pypdf.PdfReader(BytesIO(stored)).trailer["/Root"]
    [attached] = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    assert attached.get_object()["/UF"] == "factur-x.xml"
    assert attached.get_object()["/EF"]["/F"].get_object()["/Subtype"] == "/text/xml"
    check_metadata(root["/Metadata"].get_data())
    sheet = invoice_paper.sheet(fresh(invoice))
    assert stored == pdf.render(
        sheet.html,
        files=sheet.files,
        identifier=sheet.input_hash,
        is_for_archives=True,
        einvoice=sheet.einvoice,
    )


@needs_pango
def test_no_letter_of_a_title_takes_away_what_the_pdf_says_of_itself(site):
    invoice = invoices.issue(order_factory(1, site=site, title="Sign\x0b\ufffe"))
    pdfs.drain()
    stored = pdf_of(invoice)
    check_metadata(pypdf.PdfReader(BytesIO(stored)).trailer["/Root"]["/Metadata"].get_data())


def check_metadata(said):
    """One tree, with the properties of Factur-X and the schema that PDF/A wants of them."""
    packet = said[said.index(b"<x:xmpmeta") : said.index(b"<?xpacket end")]
    tree = ElementTree.fromstring(packet)
    assert [child.tag.partition("}")[2] for child in tree] == ["RDF"]
    fx = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
    values = {name: tree.findtext(f".//{fx}{name}") for name in ("DocumentType", "Version")}
    assert values == {"DocumentType": "INVOICE", "Version": "1.0"}
    assert tree.findtext(f".//{fx}DocumentFileName") == "factur-x.xml"
    assert tree.findtext(f".//{fx}ConformanceLevel") == "EN 16931"
    described = tree.iter("{http://www.aiim.org/pdfa/ns/property#}name")
    wanted = {"DocumentFileName", "DocumentType", "Version", "ConformanceLevel"}
    assert {each.text for each in described} == wanted
    pdfa = "{http://www.aiim.org/pdfa/ns/id/}"
    [part] = [found for found in tree.iter() if f"{pdfa}part" in found.attrib]
    assert (part.get(f"{pdfa}part"), part.get(f"{pdfa}conformance")) == ("3", "B")


@needs_pango
def test_a_plain_invoice_carries_nothing(site):
    change(site, sends_einvoices=False)
    invoice = invoices.issue(order_factory(1, site=site))
    pdfs.drain()
    root = pypdf.PdfReader(RenderedPdf.objects.get(invoice=invoice).file).trailer["/Root"]
    assert "/AF" not in root
