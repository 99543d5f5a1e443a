"""The main demands of PDF/A-3b (ISO 19005-3), asked of a file without a validator.

Numbers are clauses of the norm, which refers to PDF 1.7 (ISO 32000-1).
"""

import re
from io import BytesIO

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from portal_plugin.models import RenderedPdf

#: 6.5.1: what no file for archives may do.
ACTIONS = {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/JavaScript"}
ACTIONS |= {"/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/SetState", "/NoOp"}
#: 6.2.10, ISO 32000-1 table 136 and 137.
BLENDS = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"}
BLENDS |= {"/ColorDodge", "/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion"}
BLENDS |= {"/Hue", "/Saturation", "/Color", "/Luminosity"}
PRINT, INVISIBLE, HIDDEN, NO_VIEW = 4, 1, 2, 32
FONT_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}


def pdf_of(invoice):
    """The bytes of its paper, as they are kept."""
    with RenderedPdf.objects.get(invoice=invoice).file.open("rb") as file:
        return file.read()


def problems_of(data):
    """Sentences; none for a file that keeps what is asked here."""
    reader = pypdf.PdfReader(BytesIO(data))
    objects = list(objects_of(reader))
    found = [*_of_the_file(data, reader), *_of_metadata(reader), *_of_colours(reader)]
    found += _of_attachments(reader, objects)
    for each in objects:
        found += _of_object(each)
    return found


def objects_of(reader):
    """Every dictionary and stream that hangs on the trailer, each once."""
    seen, waiting = set(), [reader.trailer]
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            if each.idnum in seen:
                continue
            seen.add(each.idnum)
            waiting.append(each.get_object())
        elif isinstance(each, DictionaryObject):
            yield each
            waiting += [each.raw_get(key) for key in each]
        elif isinstance(each, ArrayObject):
            waiting += list(each)


def _of_the_file(data, reader):
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", data):
        yield "6.1.2: begins with the version and four bytes that are no text"
    if not data.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "6.1.3: nothing follows the end"
    if "/Encrypt" in reader.trailer:
        yield "6.1.3: not encrypted"
    if len(reader.trailer.get("/ID", ())) != 2:
        yield "6.1.3: has an ID"
    root = reader.trailer["/Root"]
    if {"/AA", "/Requirements", "/AcroForm"} & set(root):
        yield "6.4, 6.5.2, 6.11: no forms, nothing that happens by itself"


def _of_metadata(reader):
    if "/Metadata" not in reader.trailer["/Root"]:
        yield "6.6.2.1: has metadata"
        return
    text = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    if not re.search(r'pdfaid:part(="3"|>3<)', text):
        yield "6.6.4: says its part"
    if not re.search(r'pdfaid:conformance(="B"|>B<)', text):
        yield "6.6.4: says its level"
    if re.search(r"<\?xpacket begin[^>]*(bytes|encoding)=", text):
        yield "6.6.2.1: no bytes or encoding in the packet's header"
    title = (reader.metadata or {}).get("/Title")
    if title and title not in _unescaped(text):
        yield "6.6.3: both say the same title"


def _unescaped(text):
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, letter)
    return text


def _of_colours(reader):
    intents = reader.trailer["/Root"].get("/OutputIntents", ())
    named = [one.get_object() for one in intents if one.get_object()["/S"] == "/GTS_PDFA1"]
    if len(named) != 1:
        yield "6.2.3: one output intent"
        return
    profile = named[0]["/DestOutputProfile"].get_object()
    data = profile.get_data()
    if data[36:40] != b"acsp" or data[12:16] not in (b"mntr", b"prtr", b"scnr", b"spac"):
        yield "6.2.3: its profile is one of the ICC"
    if (data[16:20], profile["/N"]) != (b"RGB ", 3):
        yield "6.2.4.3: RGB, as all colours here are"


def _of_attachments(reader, objects):
    root = reader.trailer["/Root"]
    associated = [one.get_object() for one in root.get("/AF", ())]
    for each in objects:
        if each.get("/Type") != "/Filespec" and "/EF" not in each:
            continue
        if not {"/F", "/UF", "/AFRelationship", "/EF"} <= set(each):
            yield "6.8: an attachment says its name and what it is to the pages"
            continue
        if not any(each is one or each == one for one in associated):
            yield "6.8: an attachment belongs to the whole or a part"
        file = each["/EF"]["/F"].get_object()
        if "/Subtype" not in file or "/ModDate" not in file.get("/Params", {}):
            yield "6.8: an attachment says its type and its day"


def _of_object(each):
    kind, sort = each.get("/Type"), each.get("/Subtype")
    if isinstance(each, StreamObject):
        yield from _of_stream(each)
    if kind == "/Font":
        yield from _of_font(each)
    if kind == "/Annot" or ("/Rect" in each and sort):
        yield from _of_annotation(each)
    if each.get("/S") in ACTIONS and ("/JS" in each or each.get("/Type") == "/Action"):
        yield f"6.5.1: does nothing by itself ({each['/S']})"
    if "/BM" in each and each["/BM"] not in BLENDS:
        yield f"6.2.10: a known way of blending ({each['/BM']})"
    if {"/TR", "/HTP"} & set(each) and kind == "/ExtGState":
        yield "6.2.5: no transfer function"
    if kind == "/Page" and "/AA" in each:
        yield "6.5.2: nothing happens when a page is opened"


def _of_stream(each):
    filters = each.get("/Filter", ArrayObject())
    filters = filters if isinstance(filters, ArrayObject) else [filters]
    if {"/LZWDecode", "/Crypt"} & set(filters):
        yield "6.1.7.2: packed in a way that everybody may read"
    if {"/FFilter", "/FDecodeParms"} & set(each):
        yield "6.1.7.1: nothing lies outside the file"
    if each.get("/Subtype") == "/Image":
        if each.get("/Interpolate", False) == True:  # noqa: E712, pypdf's booleans are all truthy
            yield "6.2.8: no picture is smoothed"
        if {"/Alternates", "/OPI"} & set(each):
            yield "6.2.8: a picture is one picture"
        if each.get("/ColorSpace") == "/DeviceCMYK":
            yield "6.2.4.3: no picture in colours of print"
    if each.get("/Subtype") == "/Form" and {"/OPI", "/PS", "/Ref"} & set(each):
        yield "6.2.9: nothing is drawn from elsewhere"


def _of_font(each):
    sort, name = each["/Subtype"], each.get("/BaseFont", "")
    if sort == "/Type0":
        inner = each["/DescendantFonts"][0].get_object()
        if inner["/Subtype"] == "/CIDFontType2" and "/CIDToGIDMap" not in inner:
            yield f"6.2.11.3.2: {name} says which glyph is which"
        # WeasyPrint writes another one only where a letter is in no font of the machine.
        if each["/Encoding"] != "/Identity-H":
            yield f"6.2.11.8: {name} has every letter"
        return
    if sort == "/Type3":
        return
    descriptor = each.get("/FontDescriptor", {})
    if not FONT_FILES & set(descriptor.get_object() if descriptor else {}):
        yield f"6.2.11.4.1: {name} lies in the file"


def _of_annotation(each):
    if each.get("/Subtype") == "/Popup":
        return
    flags = each.get("/F", 0)
    if not flags & PRINT or flags & (INVISIBLE | HIDDEN | NO_VIEW):
        yield f"6.3.2: {each.get('/Subtype')} is seen and printed"
    if each.get("/Subtype") not in ("/Link", "/Popup") and "/AP" not in each:
        yield f"6.3.3: {each.get('/Subtype')} says how it looks"
