"""The page that a direct link opens, as markup: lean, in order, named and safe."""

import itertools
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from portal_plugin.models import Comment
from portal_plugin.services import payments, previews, proofs, staging
from sandbox_site.website.models import Brand
from tests import factories, samples

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """Tags in order, and what each link and button says."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.controls, self._open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag in ("a", "button"):
            self._open.append((tag, attrs, []))

    def handle_data(self, data):
        for _tag, _attrs, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag):
        if tag in ("a", "button") and self._open:
            tag, attrs, texts = self._open.pop()
            self.controls.append((tag, attrs, "".join(texts).strip()))

    def with_class(self, name):
        return [attrs for _tag, attrs in self.tags if name in (attrs.get("class") or "").split()]


@pytest.fixture
def page(client, enter):
    def page(document, path="", part=True):
        Brand.objects.update_or_create(site=document.site, defaults={"name": "Northline"})
        enter(document)
        response = client.get(f"/portal/d/{document.public_id}/{path}")
        html = response.content.decode()
        return html[html.index('<svg class="portal-sprite"') :] if part else html

    return page


def test_ten_items_with_comments_are_under_25_kb(page):
    estimate = factories.estimate_factory(items=10)
    for number in range(3):
        Comment.objects.create(document=estimate, text=f"Could it be greener? {number}")
    assert len(page(estimate, part=False).encode()) < 25 * 1024


def test_ten_items_with_a_proof_and_a_comment_each_add_25_kb_to_the_sites_page(page, enter):
    order = factories.order_factory(items=10, deposit_percent=30)
    link = enter(order)
    for number, item in enumerate(order.lines):
        picture = samples.upload("front.png", samples.png((600 + number, 400)))
        proofs.add_proof_version(order, item.key, picture, wording=f"Wording {number}")
        Comment.objects.create(document_id=order.pk, item_key=item.key, text="Nice.", link=link)
    proofs.send_now(order, None)
    previews.drain()
    html = page(order)
    assert html.count("<img") == 10
    assert len(html[: html.index("</section>\n")].encode()) < 25 * 1024


def test_the_parts_come_in_the_order_of_what_matters(page):
    html = page(factories.estimate_factory(items=2))
    marks = ["portal-shop", "<h1", "portal-status-sentence", "data-portal-primary"]
    marks += ['id="portal-items"', 'id="portal-totals"', 'id="portal-messages"']
    marks += ['id="portal-files"', "tel:", "mailto:", "how-it-works"]
    assert [html.index(mark) for mark in marks] == sorted(html.index(mark) for mark in marks)


def test_headings_skip_no_level(page):
    levels = [
        int(tag[1])
        for tag, _ in Page(page(factories.order_factory(items=2))).tags
        if re.fullmatch(r"h[1-6]", tag)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_what_is_so_is_a_heading(page):
    """A large line in bold that is none is what Wagtail's own checker shows staff as a mistake."""
    assert '<h2 class="portal-status-sentence">' in page(factories.estimate_factory(items=1))


def test_there_is_one_primary_button_with_its_count(page):
    found = Page(page(factories.estimate_factory(items=3)))
    primary = [c for c in found.controls if c[1].get("class") == "portal-button"]
    assert {text for _tag, _attrs, text in primary} == {"Approve Multiple Items3"}
    assert primary[0][1]["aria-label"] == "Approve Multiple Items (3)"


def test_accessible_names_begin_with_what_is_seen_and_name_the_item(page):
    found = Page(page(factories.estimate_factory(items=2)))
    named = [
        (attrs["aria-label"], text)
        for _t, attrs, text in found.controls
        if "aria-label" in attrs and text
    ]
    assert len(named) > 8
    for name, text in named:
        assert name.startswith(re.sub(r"\d+$", "", text))
    assert "Approve: A1 poster" in [name for name, _ in named]


def test_ids_are_unique(page):
    order = factories.order_factory(items=3)
    ids = [attrs["id"] for _tag, attrs in Page(page(order)).tags if attrs.get("id")]
    assert len(ids) == len(set(ids))


def test_nothing_runs_or_is_styled_inline(page):
    html = page(factories.order_factory(items=2))
    for tag, attrs in Page(html).tags:
        assert not [name for name in attrs if name.startswith("on")], tag
        assert "style" not in attrs, tag
        if tag in ("script", "style"):
            assert attrs.get("nonce"), tag


def test_every_number_and_address_keeps_its_own_direction(page):
    estimate = factories.estimate_factory(items=1, language="ar")
    html = page(estimate)
    assert 'dir="rtl"' in html
    assert f">{estimate.number}</bdi>" in html
    assert "<bdi>shop@northline.example</bdi>" in html


def test_a_hostile_comment_is_text(page):
    estimate = factories.estimate_factory(items=1)
    Comment.objects.create(document=estimate, text="</p><script>alert(1)</script>")
    html = page(estimate)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_cancelled_order_says_what_was_paid_and_that_nothing_is_due(page):
    order = factories.order_factory(items=2, deposit_percent=30)
    payments.record_offline(
        order,
        amount=Decimal(50),
        method="Cash",
        occurred_at=timezone.now(),
        note="",
        user=factories.user_factory(),
    )
    staging.cancel(order, "The shop window is gone.", money="kept")
    html = page(type(order).objects.get(pk=order.pk))
    assert "€50.00" in html
    assert "Balance due" not in html
    assert "Deposit" not in html


@pytest.mark.parametrize("kind", ["cancelled", "expired"])
def test_what_is_over_shows_no_button_for_it(page, kind):
    if kind == "cancelled":
        document = factories.order_factory(items=2)
        staging.cancel(document, "The shop window is gone.")
    else:
        past = timezone.localdate().replace(year=2020)
        document = factories.estimate_factory(items=2, valid_until=past)
    html = page(document)
    assert "/approve" not in html
    assert ("data-portal-primary" in html) == (kind == "expired")
    assert f'data-state="{kind}"' in html


def test_the_page_tells_the_script_where_to_report_a_person(page):
    estimate = factories.estimate_factory(items=1)
    html = page(estimate, part=False)
    assert f'data-seen="/portal/d/{estimate.public_id}/seen/"' in html


def test_an_action_is_a_whole_page_and_a_fragment(client, page):
    estimate = factories.estimate_factory(items=2)
    whole = page(estimate, "a/comment/", part=False)
    address = f"/portal/d/{estimate.public_id}/a/comment/"
    fragment = client.get(address, headers={"X-Portal-Fragment": "1"}).content.decode()
    assert "<!doctype html>" in whole
    assert "<h1" in whole
    assert "<html" not in fragment
    assert fragment.lstrip().startswith("<h2")
    for html in (whole, fragment):
        assert 'name="client_key"' in html
        assert "Send comment" in html
