"""The renderer: sealed, repeatable, and polite where it cannot work."""

import os
import socket
import subprocess
import sys
import textwrap
import threading
from io import BytesIO

import pypdf
import pytest

from portal_plugin.exceptions import RenderUnavailable
from portal_plugin.gateways import pdf

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63d0fbc9030001c900d985e5a0110000000049454e44ae426082"
)

pytestmark = pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())


def page(body, head=""):
    return (
        f"<!doctype html><html lang='en'><head><title>T</title>{head}</head>"
        f"<body>{body}</body></html>"
    )


def text_of(data):
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(data)).pages)


# -- What it makes ------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes():
    html = page("<h1>Invoice 2026-0001</h1><img src='logo.png' alt='Logo'>")
    files = {"logo.png": PIXEL}
    assert pdf.render(html, files=files) == pdf.render(html, files=files)


def test_another_process_makes_the_same_bytes():
    html = page("<h1>Invoice</h1><p>\u0641\u0627\u062a\u0648\u0631\u0629</p>")
    script = """
        import sys, hashlib
        from portal_plugin.gateways import pdf
        print(hashlib.sha256(pdf.render(sys.argv[1], files={})).hexdigest())
    """
    made = {run(script, html, PYTHONHASHSEED=seed).stdout.strip() for seed in ("1", "2")}
    assert len(made) == 1


def test_a_pdf_is_tagged_and_names_its_language_and_title():
    root = pypdf.PdfReader(BytesIO(pdf.render(page("<h1>One</h1>"), files={}))).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_a_file_from_the_map_is_drawn(tmp_path):
    style = tmp_path / "print.css"
    style.write_text("@page { size: 100mm 50mm }")
    data = pdf.render(
        page("<p>x</p>", '<link rel="stylesheet" href="css/print.css">'),
        files={"css/print.css": style},
    )
    width = pypdf.PdfReader(BytesIO(data)).pages[0].mediabox.width
    assert round(float(width) / 72 * 25.4) == 100


# -- What it refuses to reach -------------------------------------------------------------------

VECTORS = {
    "img": "<img src='{url}'>",
    "srcset": "<img srcset='{url} 1x, {url} 2x'>",
    "object": "<object data='{url}'></object>",
    "embed": "<embed src='{url}'>",
    "iframe": "<iframe src='{url}'></iframe>",
    "stylesheet": "<link rel='stylesheet' href='{url}'>",
    "import": "<style>@import url({url});</style>",
    "font": "<style>@font-face{{font-family:x;src:url({url})}} p{{font-family:x}}</style><p>x</p>",
    "background": "<p style='background:url({url})'>x</p>",
    "list": "<ul style='list-style:url({url})'><li>x</li></ul>",
    "content": "<style>p::before{{content:url({url})}}</style><p>x</p>",
    "cursor": "<p style='cursor:url({url}),auto'>x</p>",
    "page": "<style>@page{{background:url({url})}}</style>",
    "attachment link": "<link rel='attachment' href='{url}'>",
    "attachment anchor": "<a rel='attachment' href='{url}'>x</a>",
    "svg image": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
    "<image href='{url}' width='9' height='9'/></svg>",
    "svg use": "<svg xmlns='http://www.w3.org/2000/svg'><use href='{url}#a'/></svg>",
    "svg style": "<svg xmlns='http://www.w3.org/2000/svg'>"
    "<rect width='9' height='9' style='fill:url({url}#a)'/></svg>",
    "base": "<base href='{url}'><img src='next.png'>",
    "xinclude": "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{url}'/>",
    "nested data": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>"
    "<image href='{url}' width='9' height='9'/></svg>\">",
    "data stylesheet": "<link rel='stylesheet' href='data:text/css,@import url({url});'>",
}


@pytest.fixture
def listening():
    """A socket on loopback that nobody may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


def was_reached(server):
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_is_fetched_and_nothing_is_attached(vector, listening):
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/secret.png"
    data = pdf.render(page(VECTORS[vector].format(url=url)), files={})
    assert not was_reached(listening)
    assert b"EmbeddedFile" not in plain(data)


@pytest.mark.parametrize("vector", VECTORS)
def test_no_file_of_the_machine_is_read(vector, tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("p::after { content: 'the secret' }")
    data = pdf.render(page(VECTORS[vector].format(url=secret.as_uri()) + "<p>x</p>"), files={})
    assert "the secret" not in text_of(data)
    assert b"EmbeddedFile" not in plain(data)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://0x7f000001:{port}/",
        "http://2130706433:{port}/",
        "http://127.1:{port}/",
        "HTTP://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
    ],
)
def test_no_spelling_of_an_address_gets_through(address, listening):
    url = address.format(port=listening.getsockname()[1])
    pdf.render(page(f"<img src='{url}'><link rel='stylesheet' href='{url}'>"), files={})
    assert not was_reached(listening)


def test_a_file_of_the_map_cannot_be_left_by_its_path(tmp_path):
    (tmp_path / "secret.css").write_text("p::after { content: 'the secret' }")
    (tmp_path / "print.css").write_text("p { color: red }")
    html = page("<p>x</p>", '<link rel="stylesheet" href="css/../secret.css">')
    assert "the secret" not in text_of(
        pdf.render(html, files={"css/print.css": tmp_path / "print.css"})
    )


def test_the_fetcher_is_what_keeps_it_in(listening):
    """Without the seal the same HTML does reach the socket: the tests above can fail."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    url = f"http://127.0.0.1:{listening.getsockname()[1]}/secret.png"
    draw = HTML(string=page(f"<img src='{url}'>"), url_fetcher=URLFetcher(timeout=0.2))
    thread = threading.Thread(target=draw.write_pdf)
    thread.start()
    listening.settimeout(5)
    assert was_reached(listening)
    thread.join()


# -- What is too much ---------------------------------------------------------------------------


def test_too_many_characters_are_refused_before_anything_is_drawn():
    with pytest.raises(pdf.TooLarge):
        pdf.render("x" * (pdf.MAX_CHARACTERS + 1), files={})


def test_too_many_rows_are_refused_before_anything_is_drawn():
    with pytest.raises(pdf.TooLarge):
        pdf.render("<tr>" * (pdf.MAX_ROWS + 1), files={})


def test_deep_nesting_ends_in_a_sentence_and_the_next_pdf_is_made():
    with pytest.raises(pdf.TooLarge):
        pdf.render(page("<div>" * 900 + "x"), files={})
    assert pdf.render(page("x"), files={})


def test_a_very_long_word_is_drawn():
    style = "<style>body{overflow-wrap:anywhere}</style>"
    assert pdf.render(page("x" * 8_000, style), files={})


# -- Where it cannot work -----------------------------------------------------------------------


def run(script, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        env={**os.environ, "PYTHONPATH": os.getcwd(), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_without_the_package_the_refusal_is_a_sentence():
    done = run(
        """
        import sys
        sys.modules["weasyprint"] = None
        import django
        django.setup()
        from portal_plugin.exceptions import RenderUnavailable
        from portal_plugin.gateways import pdf
        try:
            pdf.render("<p>x</p>", files={})
        except RenderUnavailable as error:
            print(error.message)
        """
    )
    assert "cannot be made on this server" in done.stdout, done.stderr


def test_without_pango_the_refusal_is_a_sentence():
    done = run(
        """
        import cffi
        def absent(*arguments):
            raise OSError("cannot load library 'libpango-1.0-0'")
        cffi.FFI.dlopen = absent
        import django
        django.setup()
        from portal_plugin.exceptions import RenderUnavailable
        from portal_plugin.gateways import pdf
        try:
            pdf.render("<p>x</p>", files={})
        except RenderUnavailable as error:
            print(error.message)
        """
    )
    assert "cannot be made on this server" in done.stdout, done.stderr


def test_importing_the_gateway_imports_no_renderer():
    done = run(
        """
        import sys
        import portal_plugin.gateways.pdf
        print("weasyprint" in sys.modules)
        """
    )
    assert done.stdout.strip() == "False", done.stderr


def test_what_is_missing_names_the_packages(monkeypatch):
    pdf._absent_libraries.cache_clear()
    monkeypatch.setattr(pdf, "find_library", lambda name: None)
    sentence = pdf.what_is_missing()
    pdf._absent_libraries.cache_clear()
    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in sentence


def test_a_refusal_is_one_of_the_portals_errors():
    assert issubclass(pdf.TooLarge, RenderUnavailable)


def plain(data):
    """All of a PDF's objects, unpacked: attachments hide in compressed streams."""
    writer = pypdf.PdfWriter(clone_from=BytesIO(data))
    for sheet in writer.pages:
        sheet.compress_content_streams(level=0)
    unpacked = BytesIO()
    writer.write(unpacked)
    return unpacked.getvalue()
