"""Options and alternatives of an estimate: what is chosen makes the total, and is approved."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portal_plugin import faults
from portal_plugin.actions.choose import Choose
from portal_plugin.models import Choice, Estimate, Order, Submission
from portal_plugin.services import activity, paper, staging, versions
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.receipt import receipt_view
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import LinkRole
from tests.factories import (
    approve,
    estimate_factory,
    fresh,
    line_item,
    link_factory,
    order_factory,
    publish,
    site_factory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(make_once):
    items = [
        line_item(1, name="Sign"),
        line_item(2, name="Lamp", is_optional=True, is_selected=False),
        line_item(3, name="Wood", alternative_group="Back"),
        line_item(4, name="Steel", alternative_group="Back", unit_price=100),
    ]
    return make_once(lambda: estimate_factory(items))


@pytest.fixture
def estimate(made):
    """A sign for 119, with a lamp for 119 if wanted, on wood or on steel (119 each)."""
    return fresh(made)


def key_of(document, name):
    return next(item.key for item in document.lines if item.name == name)


def choose(client, document, back, *options):
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    ticks = {f"option_{key_of(document, name)}": "on" for name in options}
    data = {"client_key": uuid4(), "group_0": str(key_of(document, back)), **ticks}
    return client.post(url, data)


def test_nothing_is_offered_where_nothing_can_be_chosen(client, enter):
    document = estimate_factory()
    enter(document)
    url = reverse("portal_plugin:document", args=[document.public_id])
    assert "Choose options" not in client.get(url).content.decode()


def test_before_anything_is_chosen_staffs_selection_holds(estimate):
    assert estimate.totals.total == 238
    assert len(estimate.standing.waiting_keys) == 2


def test_the_total_follows_what_is_chosen_and_what_is_taken_back(client, enter, estimate):
    enter(estimate)
    assert choose(client, estimate, "Steel", "Lamp").status_code in (200, 303)
    assert fresh(estimate).totals.total == fresh(estimate).listed_total == 476
    choose(client, estimate, "Wood")
    assert fresh(estimate).totals.total == 238
    count = Choice.objects.count()
    choose(client, estimate, "Wood")
    assert Choice.objects.count() == count


def test_page_and_paper_say_what_is_chosen(client, enter, estimate):
    enter(estimate)
    choose(client, estimate, "Steel")
    url = reverse("portal_plugin:document", args=[estimate.public_id])
    page = client.get(url).content.decode()
    assert all(text in page for text in ("Option, not chosen", "Back: chosen", "Choose options"))
    printed = paper.page(document_view(fresh(estimate)))
    assert all(text in printed for text in ("Optional, not included", "Alternative, not included"))


def test_what_is_chosen_is_approved_and_ordered(client, enter, estimate):
    enter(estimate)
    choose(client, estimate, "Steel")
    approve(fresh(estimate))
    order = Order.objects.get()
    assert sorted(item.name for item in order.lines) == ["Sign", "Steel"]
    assert not order.has_choices
    assert order.totals.total == 357
    assert Estimate.objects.count() == 1


@pytest.mark.parametrize(
    ("terms", "first", "then"),
    [
        ({}, "€357.00", "€476.00"),
        ({"discount_percent": 10, "shipping_amount": 10}, "€331.30", "€438.40"),
    ],
)
def test_a_receipt_says_what_the_document_came_to_as_it_was_chosen_then(
    client, enter, estimate, terms, first, then
):
    for name, value in terms.items():
        setattr(estimate, name, value)
    publish(estimate)
    enter(estimate)
    choose(client, estimate, "Steel")
    approve(fresh(estimate), [key_of(estimate, "Steel")])
    choose(client, estimate, "Steel", "Lamp")
    approve(fresh(estimate), [key_of(estimate, "Sign")])
    receipts = [receipt_view(row) for row in Submission.objects.exclude(decisions=None)]
    assert [receipt.total for receipt in receipts] == [first, then]


def test_an_approval_comes_back_with_what_it_was_given_to(client, enter, estimate):
    enter(estimate)
    approve(estimate, [key_of(estimate, "Wood")])
    choose(client, estimate, "Steel")
    assert key_of(estimate, "Steel") in fresh(estimate).standing.waiting_keys
    choose(client, estimate, "Wood")
    assert fresh(estimate).standing.waiting_keys == [key_of(estimate, "Sign")]


def test_a_new_version_changes_nothing_of_the_choice(client, enter, estimate):
    enter(estimate)
    choose(client, estimate, "Steel", "Lamp")
    assert publish(fresh(estimate)).totals.total == 476


def test_what_is_not_offered_cannot_be_chosen(client, enter, estimate):
    enter(estimate)
    url = reverse("portal_plugin:action", args=[estimate.public_id, "choose"])
    client.post(url, {"client_key": uuid4(), "group_0": str(key_of(estimate, "Lamp"))})
    assert not Choice.objects.exists()


def test_nothing_is_chosen_on_an_order(client, enter):
    order = order_factory([line_item(1, is_optional=True)])
    enter(order)
    url = reverse("portal_plugin:action", args=[order.public_id, "choose"])
    assert client.post(url, {"client_key": uuid4()}).status_code == 409


def test_who_may_only_look_chooses_nothing_and_nobody_of_what_is_cancelled(estimate):
    approver = link_factory(estimate, role=LinkRole.APPROVE)
    looker = link_factory(estimate, name="Kim", email="kim@example.org", role=LinkRole.LOOK)

    def may_choose(link):
        return Choose(Visit(fresh(estimate), link=link)).is_available()

    assert may_choose(approver)
    assert not may_choose(looker)
    staging.cancel(estimate, "No paper")
    assert not may_choose(approver)


def test_only_what_can_be_chosen_costs_a_query(estimate, django_assert_num_queries):
    plain, chosen = fresh(estimate_factory()), fresh(estimate)
    for document in (plain, chosen):
        assert document.lines
    with django_assert_num_queries(0):
        assert plain.counted_keys
    with django_assert_num_queries(1):
        assert chosen.counted_keys


def test_an_option_that_came_after_the_page_was_opened_is_not_left_out_by_it(client, enter):
    document = estimate_factory([line_item(1), line_item(2, name="Lamp", is_optional=True)])
    document = publish(document)
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    page = client.get(url).content.decode()
    opened = versions.mark(document.current_version)
    assert f'name="version" value="{opened}"' in page
    document.line_items.add(line_item(3, name="Stand", is_optional=True, is_selected=True))
    document = publish(document)
    stand = f"option_{key_of(document, 'Stand')}"
    posted = {"client_key": uuid4(), "version": opened}
    answer = client.post(url, posted)
    assert answer.status_code == 409
    assert not Choice.objects.exists()
    form = answer.context["form"]
    assert form[stand].value()
    again_posted = {**posted, "version": form["version"].value(), stand: "on"}
    assert client.post(url, again_posted).status_code == 303
    assert key_of(document, "Stand") in fresh(document).counted_keys


def test_a_choice_that_can_make_the_order_needs_the_code_that_a_yes_needs(client, enter):
    items = [line_item(1), line_item(2, name="Lamp", is_optional=True, is_selected=True)]
    document = estimate_factory(items, site=site_factory(code_above=100))
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    lamp = f"option_{key_of(document, 'Lamp')}"
    assert client.post(url, {"client_key": uuid4(), lamp: "on"}).status_code == 303
    approve(document, [document.lines[0].key])
    page = client.post(url, {"client_key": uuid4()})
    assert page.status_code == 200
    assert "carried" in page.context
    assert not Order.objects.exists()


@pytest.mark.parametrize(("price", "above"), [(100, 200), (-50, 100)])
def test_it_is_weighed_with_whatever_could_be_chosen(client, enter, price, above):
    """The total of now is about another choice; and what is taken off does not make it less."""
    option = line_item(2, unit_price=price, quantity=1, is_optional=True, is_selected=False)
    items = [line_item(1), option, line_item(3, unit_price=1, quantity=1)]
    document = estimate_factory(items, site=site_factory(code_above=above))
    approve(document, [document.lines[0].key])
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    page = client.post(url, {"client_key": uuid4(), f"option_{document.lines[1].key}": "on"})
    assert page.status_code == 200
    assert "carried" in page.context
    assert not Choice.objects.exists()


def test_what_is_not_chosen_waits_for_nobody(client, enter, estimate):
    enter(estimate)
    view = document_view(fresh(estimate))
    assert [item.name for item in view.waiting_items] == ["Sign", "Wood"]
    page = client.get(reverse("portal_plugin:document", args=[estimate.public_id])).content.decode()
    assert "Waiting for you: 2 items" in page
    assert "Approve Multiple Items (2)" in page
    assert page.count("data-left-out") == 2
    lamp = key_of(estimate, "Lamp")
    for name in ("approve", "decline"):
        url = reverse("portal_plugin:action", args=[estimate.public_id, name, lamp])
        assert client.get(url).status_code == 409


def test_each_choice_leads_to_where_it_is_made(client, enter, estimate):
    enter(estimate)
    url = reverse("portal_plugin:document", args=[estimate.public_id])
    page = client.get(url).content.decode()
    items = page[page.index('class="portal-items"') :]
    assert items.count(">Choose options</a>") == 3


def shown(client, document):
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    return client.get(url).content.decode()


def test_the_form_says_what_each_choice_is_worth_and_what_stays(client, enter, estimate):
    enter(estimate)
    page = shown(client, estimate)
    assert page.count('data-amount="119.00"') == 2  # lamp and wood
    assert page.count('data-amount="238.00"') == 1
    assert 'data-rest="119.00"' in page
    assert 'data-text="Total: %(amount)s"' in page
    choose(client, estimate, "Steel", "Lamp")
    assert 'data-rest="119.00"' in shown(client, estimate)


def test_the_form_begins_with_what_is_chosen_now(client, enter, estimate):
    """Else whoever saves it as it is would choose something else."""
    enter(estimate)
    url = reverse("portal_plugin:action", args=[estimate.public_id, "choose"])
    lamp = f"option_{key_of(estimate, 'Lamp')}"

    def begins():
        form = client.get(url).context["form"]
        return form["group_0"].value(), form[lamp].value()

    assert begins() == (str(key_of(estimate, "Wood")), False)
    choose(client, estimate, "Steel", "Lamp")
    assert begins() == (str(key_of(estimate, "Steel")), True)


def test_each_choice_has_its_price_behind_its_name_in_any_script(client, enter):
    """Price and name stand apart where they are read in different directions."""
    items = [
        line_item(1, name="Lamp", is_optional=True),
        line_item(2, name="Wood", alternative_group="Back"),
        line_item(3, name="خشب", alternative_group="Back", unit_price=100),
    ]
    document = estimate_factory(items)
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    form = client.get(url).context["form"]
    assert form[f"option_{key_of(document, 'Lamp')}"].label == "\u2068Lamp\u2069 · €119.00"
    labels = [label for _key, label in form["group_0"].field.choices]
    assert labels == ["\u2068Wood\u2069 · €119.00", "\u2068خشب\u2069 · €238.00"]
    assert form["group_0"].label == "Back"


def test_a_choice_that_leaves_nothing_open_says_that_it_is_an_order(client, enter):
    items = [line_item(1), line_item(2, is_optional=True, is_selected=True)]
    document = estimate_factory(items)
    approve(document, [document.lines[0].key])
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    assert "Where nothing is left to approve then, it is ordered." in client.get(url).text
    answer = client.post(url, {"client_key": uuid4()}, follow=True)
    assert answer.context["document"].pk == Order.objects.get().pk
    assert "the rest was approved: it is an order." in answer.text


def test_the_history_says_which_were_chosen(client, enter, estimate):
    enter(estimate)
    choose(client, estimate, "Steel", "Lamp")
    facts = activity.facts(estimate.activities.get(verb="choose"))
    assert facts["items"] == sorted(str(key_of(estimate, name)) for name in ("Steel", "Lamp"))


def test_about_where_something_is_taken_off_the_whole(client, enter):
    document = estimate_factory(
        [line_item(1), line_item(2, is_optional=True)], discount_amount=9, currency="JPY"
    )
    enter(document)
    page = shown(client, document)
    assert 'data-text="Total: about %(amount)s"' in page
    assert "data-amount=" in page


def test_without_a_script_the_next_page_says_the_sum(client, enter, estimate):
    enter(estimate)
    answer = choose(client, estimate, "Steel", "Lamp")
    assert answer.status_code == 303
    answer = client.get(answer.url)
    assert "The total is €476.00 now." in answer.content.decode()


@pytest.fixture
def meanwhile(monkeypatch):
    """``meanwhile(act)``: it happens once, between the look at the form and the lock."""

    def meanwhile(act):
        left = [act]
        monkeypatch.setattr(
            faults, "on_reach", lambda point: point == "act.prepared" and left and left.pop()()
        )

    return meanwhile


def test_what_staff_take_out_meanwhile_is_chosen_by_nobody(client, enter, meanwhile):
    option = {"is_optional": True, "is_selected": False}
    items = [
        line_item(1),
        line_item(2, name="Lamp", **option),
        line_item(3, name="Stand", **option),
    ]
    document = estimate_factory(items)
    enter(document)
    lamp, stand = key_of(document, "Lamp"), key_of(document, "Stand")
    meanwhile(lambda: publish_only(document, "A1 poster", "Lamp"))
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    ticks = {f"option_{lamp}": "on", f"option_{stand}": "on"}
    assert client.post(url, {"client_key": uuid4(), **opened(document), **ticks}).status_code == 303
    assert [row.item_key for row in Choice.objects.all()] == [lamp]


def test_groups_that_change_places_meanwhile_keep_what_was_chosen(client, enter, meanwhile):
    names = [("Wood", "Back"), ("Steel", "Back"), ("Warm", "Light"), ("Cold", "Light")]
    document = estimate_factory(
        [line_item(n, name=name, alternative_group=group) for n, (name, group) in enumerate(names)]
    )
    enter(document)
    meanwhile(lambda: publish_only(document, "Warm", "Cold", "Wood", "Steel"))
    url = reverse("portal_plugin:action", args=[document.public_id, "choose"])
    steel, cold = key_of(document, "Steel"), key_of(document, "Cold")
    data = {"client_key": uuid4(), **opened(document), "group_0": str(steel), "group_1": str(cold)}
    assert client.post(url, data).status_code == 303
    assert fresh(document).counted_keys == {steel, cold}


def opened(document):
    return {"version": versions.mark(document.current_version)}


def publish_only(document, *names):
    """A new version of the items of these names alone, in this order."""
    document = fresh(document)
    by_name = {item.name: item for item in document.lines}
    items = [by_name[name] for name in names]
    for place, item in enumerate(items):
        item.sort_order = place
    document.line_items = items
    publish(document)
