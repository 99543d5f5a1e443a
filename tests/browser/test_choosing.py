"""Options and alternatives in a real browser: the total stands there while somebody ticks."""

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Estimate
from tests.browser.paying import enter, tab, width
from tests.factories import estimate_factory, line_item
from tests.sandbox_site.stripe_standin.form_steps import both_widths

__all__ = ["enter", "tab", "width"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def estimate(**values):
    """A sign for 119, with a lamp for 119 if wanted, on wood for 119 or on steel for 14.16."""
    return estimate_factory(
        [
            line_item(1, name="Sign"),
            line_item(2, name="Lamp", is_optional=True, is_selected=False),
            line_item(3, name="Wood", alternative_group="Back"),
            line_item(4, name="Steel", alternative_group="Back", quantity=1, unit_price="11.9"),
        ],
        **values,
    )


def opened(tab):
    tab.get_by_role("link", name="Choose options").first.click()
    return tab.locator("[data-portal-dialog]")


@both_widths
def test_the_total_follows_what_is_ticked_and_is_what_is_saved(tab, enter, width):
    enter(estimate())
    dialog = opened(tab)
    total = dialog.locator("[data-sum]")
    expect(total).to_have_text("Total: €238.00")
    dialog.get_by_role("checkbox", name="Lamp").check()
    expect(total).to_have_text("Total: €357.00")
    dialog.get_by_role("radio", name="Steel").check()
    expect(total).to_have_text("Total: €252.16")
    expect(total).to_be_in_viewport()
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    dialog.get_by_role("button", name="Save my choice").click()
    expect(dialog).to_contain_text("The total is €252.16 now.")
    assert str(Estimate.objects.get().totals.total) == "252.16"


def test_where_something_is_taken_off_the_whole_it_says_about(tab, enter):
    enter(estimate(discount_percent=10))
    dialog = opened(tab)
    expect(dialog.locator("[data-sum]")).to_have_text("Total: about €214.20")
    dialog.get_by_role("radio", name="Steel").check()
    expect(dialog.locator("[data-sum]")).to_have_text("Total: about €119.84")
