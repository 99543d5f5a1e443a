"""Whatever a customer types is text: on the page, in dialogs, in receipts and in emails."""

import re
import uuid
from html.parser import HTMLParser

import pytest
from django.core import mail

from portal_plugin.models import Attachment, Comment, Submission
from portal_plugin.services import outbox
from portal_plugin.services.presentation.rows import MOST
from tests import factories, samples
from tests.mailing import ANYMAIL, send_by
from tests.portal import tus
from tests.portal.browsing import approval, page, send

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<ScRiPt >alert(1)",
    "<img src=x onerror=alert(1)>", "<img/src=`x`/onerror=alert(1)>", "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>", "<math><mi//xlink:href=data:x>",
    '"><script>alert(1)</script>', "'><svg onload=alert(1)>", '" onfocus=alert(1) autofocus="',
    "' onmouseover='alert(1)", "` onclick=alert(1)", "--><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>", "</noscript><img src=x onerror=alert(1)>",
    "<!--", "<![CDATA[<script>alert(1)</script>]]>", "<?xml version='1.0'?><a/>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<object data='javascript:alert(1)'>",
    "<base href='https://evil.example/'>", "<meta http-equiv=refresh content='0;url=//evil'>",
    "<link rel=stylesheet href=//evil.example/a.css>", "<form action=//evil.example><input name=x>",
    "<a href='javascript:alert(1)'>here</a>", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "&#x6a;avascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)", "https://a.example/\" onclick=\"alert(1)", "http://a.example/'><script>",
    "https://a.example/<script>alert(1)</script>", "[a](javascript:alert(1))",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "{{ 7|add:7 }}", "{{7*7}}", "{% debug %}", "{% load static %}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>", "%(x)s %s %d", "{x.__class__}", "{0[__init__]}", "{{ settings.SECRET_KEY }}",
    "%0d%0aSet-Cookie: a",
    "\u202egnp.exe", "\u2066abc\u2069", "Z\u0351\u036b\u0343a\u0328l\u0315g\u0340o\u0361",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2028alert(1)\u2029", "\ufeff\u200b\u00ad",
    "' OR 1=1; --", "=cmd|' /C calc'!A0", "\\u003cscript\\u003e",
    "<noscript><p title='</noscript><img>'>",
]  # fmt: skip
PLAIN = "Hello https://example.org/ and mail@example.org"
#: Of a kind that runs nothing, or of no kind: below this page.
LEADS_ON = re.compile(r"(https?|mailto|tel):|[^:]*([/?#]|$)")


class Seen(HTMLParser):
    """Elements, attributes, addresses and text, as a browser reads them."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.attributes, self.addresses, self.texts = set(), set(), [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {(tag, name) for name, _value in attrs}
        named = ("href", "src", "action", "formaction", "data", "srcdoc")
        self.addresses += [value or "" for name, value in attrs if name in named]
        self.texts += [value for name, value in attrs if value and name in ("value", "aria-label")]

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return squeezed("".join(self.texts))


def squeezed(text):
    return re.sub(r"\s", "", text)


@pytest.fixture
def shop(settings):
    most = dict.fromkeys(("MESSAGES_PER_HOUR", "UPLOADS_PER_HOUR", "UPLOAD_QUOTA_FILES"), 1000)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **most}
    send_by(settings, ANYMAIL)


def look(client, order):
    tails = ("", "a/comment/", "a/change_request/", "a/upload/")
    return [Seen(client.get(page(order, tail)).content.decode()) for tail in tails]


@pytest.mark.usefixtures("shop")
def test_words_stay_words_wherever_they_are_shown(client, enter):
    plain, order = factories.order_factory(items=1), factories.order_factory(items=1)
    for document, texts in ((plain, [PLAIN]), (order, HOSTILE)):
        enter(document)
        for number, text in enumerate(texts):
            assert send(client, document, "comment", text=text).status_code == 303
            data = samples.png((4, number + 3))
            begun = tus.begin(client, document, f"a {text[:80]}.png", len(data))
            assert begun.status_code == 201, (text, begun.content)
            assert tus.piece(client, begun["Location"], data, 0).status_code == 204
        send(client, document, "change_request", text=" ".join(texts))
    assert Comment.objects.count() == len(HOSTILE) + 1
    for known, shown in zip(look(client, plain), look(client, order), strict=True):
        assert shown.elements - known.elements <= {"details", "summary", "br"}
        assert not {name for _tag, name in shown.attributes if name.startswith("on")}
        assert [one for one in shown.addresses if not LEADS_ON.match(one)] == []
    said = look(client, order)[1].text
    assert [text for text in HOSTILE if squeezed(text) not in said] == []


@pytest.mark.usefixtures("shop")
def test_a_name_that_was_typed_stays_a_name(client, enter):
    order = factories.order_factory(items=2)
    enter(order)
    name = " ".join(HOSTILE[:12])[:200]
    key = str(uuid.uuid4())
    asked = approval(order, order.lines[0]) | {"name": name, "client_key": key}
    assert send(client, order, "approve", order.lines[0], **asked).status_code == 303
    assert Submission.objects.get().name == name
    for tail in ("", f"receipts/{key}/", "print/"):
        seen = Seen(client.get(page(order, tail)).content.decode())
        assert not {attribute for _tag, attribute in seen.attributes if attribute.startswith("on")}
        assert {"iframe", "object", "embed", "base", "math"}.isdisjoint(seen.elements)
    outbox.drain()
    letters = [message.alternatives[0][0] for message in mail.outbox]
    assert letters
    for letter in letters:
        seen = Seen(letter)
        assert "script" not in seen.elements
        assert not {attribute for _tag, attribute in seen.attributes if attribute.startswith("on")}
        assert all(LEADS_ON.match(address) for address in seen.addresses)


@pytest.mark.parametrize(
    ("text", "status"),
    [("", 400), (" \n\t ", 400), ("x", 303), ("x" * 5000, 303), ("x" * 5001, 400),
     ("\n" * 100_000 + "x", 303), ("x\n" * 100_000, 400), ("x" * 1_000_000, 400),
     ("\U0001f600" * 5000, 303), ("a\0b", 400)],
)  # fmt: skip
def test_how_much_a_comment_may_say(client, enter, text, status):
    order = factories.order_factory(items=1)
    enter(order)
    assert send(client, order, "comment", text=text).status_code == status
    assert Comment.objects.count() == (status == 303)


def test_half_a_character_is_no_error(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    body = b"text=%ED%A0%80a%FF&client_key=" + str(uuid.uuid4()).encode()
    kind = "application/x-www-form-urlencoded"
    assert client.post(page(order, "a/comment/"), body, content_type=kind).status_code == 303
    assert client.get(page(order)).status_code == 200


def test_long_talk_makes_no_endless_page(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    text = "word " * 1000
    Comment.objects.bulk_create(
        Comment(document_id=order.pk, text=f"{number} {text[:4990]}") for number in range(MOST + 9)
    )
    answer = client.get(page(order, "a/comment/"))
    assert len(answer.content) < 300_000
    assert [row.text.split()[0] for row in answer.context["comments"]][-1] == str(MOST + 8)
    assert "Only the newest messages are shown." in answer.content.decode()
    assert len(client.get(page(order)).content) < 100_000


def test_of_an_upload_only_the_name_is_shown(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    send(client, order, "upload", files=samples.upload("<svg onload=alert(1)>.png", samples.png()))
    row = Attachment.objects.get()
    shown = Seen(client.get(page(order)).content.decode())
    assert row.name in "".join(shown.texts)
    assert ("svg", "onload") not in shown.attributes
