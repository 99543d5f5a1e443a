"""A document of many items on its edit page: what Wagtail draws around each is drawn once."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.admin.panels import FieldPanel, InlinePanel, Panel

from portal_plugin.admin.folded_panel import FoldedPanel
from portal_plugin.admin.item_panels import LineItemsPanel
from portal_plugin.models import Estimate
from tests import proofing
from tests.factories import estimate_factory, line_item

from . import pages

pytestmark = pytest.mark.django_db
#: What one more item adds to the page, in bytes.
MOST_OF_AN_ITEM = 9_500


def items_panel(panel):
    if isinstance(panel, LineItemsPanel.BoundPanel):
        return panel
    found = (items_panel(child) for child in getattr(panel, "children", []))
    return next((each for each in found if each), None)


def opened(client, document):
    return items_panel(client.get(pages.url(Estimate, "edit", document.pk)).context["panel"])


def as_seen(html):
    return re.sub(r"\s+", " ", html)


def as_wagtail_draws_it(panel):
    for child in (*panel.children, panel.empty_child):
        child.outlines = None
    return as_seen(InlinePanel.BoundPanel.render_html(panel))


def test_each_item_is_as_wagtail_draws_it(client, boss, monkeypatch):
    monkeypatch.delattr(FoldedPanel.BoundPanel, "is_put_off")
    document = estimate_factory(
        items=[
            line_item(1),
            line_item(2, name="__prefix__ & \\1 line_items-0", description="Two\n\n  lines"),
            line_item(3, discount_percent=Decimal("12.5"), unit="m²", alternative_group="Paper"),
            line_item(4, is_optional=True, is_selected=False, tax_category="E", tax_rate=0),
            line_item(5, quantity=Decimal("0.5"), price_includes_tax=True),
        ]
    )
    proofing.sent(document, item=3, drawn=False)
    panel = opened(client, document)
    ours = as_seen(panel.render_html())
    assert ours == as_wagtail_draws_it(panel)
    assert ours.count("<details") == 2 * 6
    assert ours.count(" open>") == 2


class Greeting(Panel):
    """A panel of a site, which shows more of an item than the values of its fields."""

    class BoundPanel(Panel.BoundPanel):
        def render_html(self, parent_context=None):
            return f"<p>Hello {self.instance.name}</p>"


def test_items_that_a_site_gives_a_panel_of_its_own_are_drawn_one_by_one(client, boss):
    panel = opened(client, estimate_factory(items=[line_item(1), line_item(2)]))
    theirs = LineItemsPanel("line_items", panels=[FieldPanel("name"), Greeting()])
    bound = theirs.bind_to_model(Estimate).get_bound_panel(
        instance=panel.instance, request=panel.request, form=panel.form
    )
    html = bound.render_html()
    for item in panel.instance.lines:
        assert f"Hello {item.name}" in html


def posted_of(html, number):
    """Names and values that a browser sends of one item."""

    class Fields(HTMLParser):
        found: dict = {}
        select = None

        def handle_starttag(self, tag, attributes):
            each = dict(attributes)
            name = each.get("name") or ""
            if tag == "option" and "selected" in each:
                self.found[self.select] = each["value"]
            if tag == "select":
                self.select = name
            if not name.startswith(f"line_items-{number}-") or tag == "select":
                return
            if each.get("type") != "checkbox" or "checked" in each:
                self.found[name] = each.get("value") or ("on" if "checked" in each else "")

    Fields.found = {}
    Fields().feed(html)
    return {name: value for name, value in Fields.found.items() if f"-{number}-" in name}


def test_what_is_folded_away_is_sent_as_if_it_were_drawn(client, boss, monkeypatch):
    document = estimate_factory(
        items=[
            line_item(1, is_selected=True, tax_rate=0),
            line_item(2, is_selected=False, tax_category="E", tax_rate=0),
            line_item(3, discount_amount=Decimal("0.5")),
        ]
    )
    html = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    assert html.count("data-portal-put-off") == 1
    ours = [posted_of(html, number) for number in range(3)]
    assert ours[0]["line_items-0-is_selected"] == "on"
    assert ours[0]["line_items-0-discount_percent"] == "0"
    monkeypatch.delattr(FoldedPanel.BoundPanel, "is_put_off")
    html = client.get(pages.url(Estimate, "edit", document.pk)).content.decode()
    assert "data-portal-put-off" not in html
    assert [posted_of(html, number) for number in range(3)] == ours


def test_what_was_refused_is_shown_with_its_sentence(client, boss, monkeypatch):
    monkeypatch.delattr(FoldedPanel.BoundPanel, "is_put_off")
    document = estimate_factory(items=2)
    first, second = pages.rows_of(document)
    rows = [first | {"name": "Typed <b>"}, second | {"quantity": "-3"}]
    data = pages.document(document.customer, rows, 2)
    page = client.post(pages.url(Estimate, "edit", document.pk), data)
    panel = items_panel(page.context["panel"])
    ours = as_seen(panel.render_html())
    assert "Ensure this value is greater than or equal to 0." in ours
    assert 'value="Typed &lt;b&gt;"' in ours
    assert ours == as_wagtail_draws_it(panel)


def test_what_is_folded_away_is_open_where_it_is_wrong(client, boss):
    document = estimate_factory(items=2)
    first, second = pages.rows_of(document)
    data = pages.document(document.customer, [first | {"discount_percent": "much"}, second], 2)
    page = client.post(pages.url(Estimate, "edit", document.pk), data)
    html = items_panel(page.context["panel"]).render_html()
    assert "Enter a number." in html
    assert re.findall(r"data-portal-fold( open| data-portal-put-off|)>", html)[:2] == [
        " open",
        " data-portal-put-off",
    ]


def test_one_more_item_costs_little_and_asks_nothing(client, boss):
    sizes, counts = [], set()
    client.get(pages.url(Estimate, "edit", estimate_factory().pk))
    for count in (1, 11, 51):
        items = [line_item(n, unit_price=n) for n in range(1, count + 1)]
        document = estimate_factory(items=items, published=False)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(pages.url(Estimate, "edit", document.pk))
        counts.add(len(asked))
        sizes.append(len(page.content))
    assert len(counts) == 1
    assert (sizes[2] - sizes[1]) / 40 < MOST_OF_AN_ITEM
    assert (sizes[1] - sizes[0]) / 10 < MOST_OF_AN_ITEM
