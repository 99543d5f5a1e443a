"""An answer never orders what its page did not show, whatever others did meanwhile."""

import pytest

from portal_plugin.models import Choice, Decision, Order
from tests.factories import approve, estimate_factory, fresh, line_item, site_factory
from tests.filling import filled, shown_again, url_of

pytestmark = pytest.mark.django_db
LABEL = "Order with obligation to pay"
MEANWHILE = "Somebody answered or chose something here after you opened the page"


def key_of(document, name):
    return next(item.key for item in document.lines if item.name == name)


@pytest.mark.parametrize(
    ("action", "kept"), [("approve", {"accept_terms": "on"}), ("decline", {"reason": "Too dear"})]
)
def test_a_button_that_obliged_to_nothing_makes_no_consumers_order(client, enter, action, kept):
    """The other item is approved by somebody else while this dialog is open."""
    site_factory(sells_to_consumers=True)
    estimate = estimate_factory(items=2)
    first, second = (item.key for item in estimate.lines)
    enter(estimate)
    url = url_of(estimate, action, first)
    data = filled(client, url, **kept)
    approve(estimate, [second])
    answer = client.post(url, data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert MEANWHILE in page
    assert not Order.objects.exists()
    assert Decision.objects.count() == 1
    assert "obligation to pay" in page
    assert "<dl" in page
    assert client.post(url, shown_again(answer, **kept)).status_code == 303
    assert Order.objects.get().lines


@pytest.fixture
def estimate():
    """A sign on wood or on dearer steel, both of which were approved before; and a lamp if wanted.
    Steel is what is chosen now."""
    items = [
        line_item(1, name="Sign"),
        line_item(2, name="Wood", alternative_group="Back"),
        line_item(3, name="Steel", alternative_group="Back", unit_price=100),
        line_item(4, name="Lamp", is_optional=True, is_selected=False),
    ]
    return estimate_factory(items)


def save_choice(client, document, back, **ticks):
    url = url_of(document, "choose")
    data = filled(client, url, group_0=str(key_of(document, back)), **ticks)
    assert client.post(url, data).status_code == 303


def test_a_yes_is_not_to_what_somebody_else_chose_meanwhile(client, enter, estimate):
    enter(estimate)
    save_choice(client, estimate, "Steel")
    approve(fresh(estimate), [key_of(estimate, "Steel")])
    save_choice(client, estimate, "Wood")
    url = url_of(estimate, "approve", key_of(estimate, "Sign"))
    data = filled(client, url, accept_terms="on")
    save_choice(client, estimate, "Steel")
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert MEANWHILE in answer.content.decode()
    assert not Order.objects.exists()
    again = shown_again(answer, accept_terms="on")
    assert client.post(url, again).status_code == 303
    assert Order.objects.get().totals.total == 357


def test_a_choice_does_not_take_back_what_somebody_else_chose_meanwhile(client, enter, estimate):
    enter(estimate)
    url, lamp = url_of(estimate, "choose"), f"option_{key_of(estimate, 'Lamp')}"
    data = filled(client, url, group_0=str(key_of(estimate, "Wood")))
    save_choice(client, estimate, "Steel", **{lamp: "on"})
    count = Choice.objects.count()
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert "Here is how it stands now." in answer.content.decode()
    assert Choice.objects.count() == count
    form = answer.context["form"]
    assert form[lamp].value()
    assert form["group_0"].value() == str(key_of(estimate, "Steel"))
    again = shown_again(answer, group_0=str(key_of(estimate, "Wood")))
    assert client.post(url, again).status_code == 303
    assert key_of(estimate, "Lamp") not in fresh(estimate).counted_keys
