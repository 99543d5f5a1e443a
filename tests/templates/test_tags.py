"""The few filters and tags that the portal's templates need beyond Django's own."""

import time

import pytest
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from portal_plugin.templatetags import portal


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Nora Feld", "NF"),
        ("nora", "N"),
        ("Nora Maria von Feld", "NF"),
        ("  ", ""),
        ("(Shop) Team", "T"),
    ],
)
def test_initials(name, letters):
    assert portal.initials(name) == letters


def test_an_address_becomes_a_link_without_the_full_stop_after_it():
    html = portal.linked("See https://example.org/a?b=1&c=2. Thanks")
    assert '<a class="portal-link" href="https://example.org/a?b=1&amp;c=2"' in html
    assert 'rel="noopener noreferrer nofollow ugc"' in html
    assert html.endswith("</a>. Thanks")


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "<img src=x onerror=alert(1)>",
        "data:text/html,<script>alert(1)</script>",
        'https"onmouseover="alert(1)',
        "&#x6a;avascript:alert(1)",
    ],
)
def test_what_is_no_address_stays_text(text):
    html = portal.linked(text)
    assert "<a" not in html
    assert "<" not in html


def test_an_address_cannot_leave_its_attribute():
    html = portal.linked("https://example.org/\"onmouseover='alert(1)'")
    assert 'href="https://example.org/"' in html
    assert "onmouseover=&#x27;" in html


def test_a_number_stays_whole_in_its_heading():
    html = portal.keeping("Deposit for order <b>-7 & more", "<b>-7")
    kept = '<bdi class="portal-whole">&lt;b&gt;-7</bdi>'
    assert html == f"Deposit for order {kept} &amp; more"


def test_a_heading_without_a_number_yet_is_its_text():
    assert portal.keeping("Order <b>", "") == "Order &lt;b&gt;"


@pytest.mark.parametrize("text", ["(" * 100_000, "https://" * 12_000, "a.b." * 25_000])
def test_linking_takes_no_longer_for_hostile_text(text):
    started = time.perf_counter()
    portal.linked(text)
    assert time.perf_counter() - started < 0.5


class TickForm(forms.Form):
    agree = forms.BooleanField()
    text = forms.CharField(help_text="Be brief.")


def test_a_tick_and_a_text_get_their_own_class():
    form = TickForm()
    assert 'class="portal-box"' in portal.portal_widget(form["agree"])
    assert 'class="portal-input"' in portal.portal_widget(form["text"])


def test_a_field_is_described_by_its_hint_and_its_error():
    form = TickForm({})
    html = portal.portal_widget(form["text"])
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'aria-invalid="true"' in html


def test_addresses_below_the_page_are_written_short():
    context = RequestContext(RequestFactory().get("/portal/d/abc/"))
    assert portal.short(context, "/portal/d/abc/a/approve/") == "a/approve/"
    assert portal.short(context, "/portal/d/other/") == "/portal/d/other/"
    assert portal.short(context, "/portal/d/abc/") == "/portal/d/abc/"


def test_without_a_request_addresses_stay_whole():
    assert portal.short(Context(), "/portal/d/abc/pdf/") == "/portal/d/abc/pdf/"


def test_words_keep_their_distance_where_the_indentation_goes():
    html = "<p>\n  <b>The shop answered:</b> <bdi>Yes</bdi>\r\n\t\n</p>  \n<p></p>"
    template = Template("{% load portal %}{% unindented %}\n  " + html + "\n{% endunindented %}")
    assert template.render(Context()) == ("<p><b>The shop answered:</b> <bdi>Yes</bdi></p><p></p>")
