"""The side panel "Customer" of the edit page."""

import pytest
from wagtail.models import GroupSitePermission

from portal_plugin.models import ChangeRequest, Comment, Estimate, InternalNote
from portal_plugin.services import staging
from tests.factories import estimate_factory, fresh, line_item, link_factory

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: link_factory(estimate_factory(items=2)).document)


@pytest.fixture
def document(boss, made):
    """Out, with somebody who has a way in."""
    return fresh(made)


def edit(document):
    return pages.url(Estimate, "edit", document.pk)


def page_of(client, document):
    return client.get(edit(document)).content.decode()


def panel_of(client, document):
    return page_of(client, document).partition('data-side-panel="customer"')[2]


def test_its_answer_is_taken_from_a_browser(boss, document):
    browser, address = pages.browser_of(boss), pages.do(document, "reply")
    token = pages.token_of(panel_of(browser, document), address)
    answer = browser.post(address, {"text": "On Friday", "back": "edit", **token})
    assert answer.status_code == 302
    assert Comment.objects.get().text == "On Friday"


def test_it_shows_what_was_asked_and_who_may_look(client, document):
    link = document.links.get()
    ChangeRequest.objects.create(
        document_id=document.pk,
        number=1,
        text="Darker, please",
        item_key=document.lines[0].key,
        link=link,
    )
    Comment.objects.create(document_id=document.pk, text="When?", link=link, author_name="Kim")
    panel = panel_of(client, document)
    for text in ("Darker, please", "A1 poster", "When?", link.recipient.name, "made a direct link"):
        assert text in panel
    assert f"Send to {document.customer.name}" in panel
    assert "Save note for us only" in panel


@pytest.mark.parametrize(
    ("verb", "model"), [("reply", Comment), ("note", InternalNote)], ids=["reply", "note"]
)
def test_what_is_written_there_comes_back_to_the_edit_page(client, document, verb, model):
    answer = client.post(pages.do(document, verb), {"text": "Tomorrow", "back": "edit"})
    assert answer.url == edit(document)
    assert model.objects.get().text == "Tomorrow"


def test_what_is_refused_is_still_there_to_be_mended(client, document):
    key = str(document.lines[0].key)
    data = {"item": "nonsense", "note": "Tomorrow", "back": "edit"}
    answer = client.post(pages.do(document, "on-phone"), data)
    assert answer.status_code == 409
    assert ">Tomorrow</textarea>" in answer.content.decode()
    data["item"] = key
    assert client.post(pages.do(document, "on-phone"), data).url == edit(document)


def test_a_yes_on_the_phone_is_written_down_there(client, document, boss):
    panel = panel_of(client, document)
    first, second = document.lines
    assert f'name="item" value="{first.key}"' in panel
    data = {"item": str(first.key), "verdict": "approve", "note": "Phone", "back": "edit"}
    assert client.post(pages.do(document, "on-phone"), data).url == edit(document)
    panel = panel_of(client, document)
    assert f'name="item" value="{first.key}"' not in panel
    assert f'name="item" value="{second.key}"' in panel


def test_nothing_is_written_down_on_what_waits_for_no_answer(client, document, boss):
    staging.cancel(document, "No paper", user=boss)
    assert "panel-phone-note" not in panel_of(client, document)


def test_only_by_whoever_may_record_decisions(client, document, staff_of, only_site):
    assert "panel-phone-note" in panel_of(client, document)
    user = staff_of(only_site, "Portal editors")
    GroupSitePermission.objects.filter(
        group__in=user.groups.all(), permission__codename__startswith="decide"
    ).delete()
    assert "panel-phone-note" not in panel_of(client, document)


def test_its_forms_are_not_inside_the_form_of_the_page(client, document):
    page = page_of(client, document)
    begin = page.index('id="w-editor-form"')
    assert not begin < page.index('id="panel-reply-text"') < page.index("</form>", begin)


def test_a_background_save_leaves_it_alone(client, document):
    rows = pages.rows_of(document)
    data = pages.document(document.customer, rows, len(rows))
    answer = client.post(edit(document), data, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert "panel-reply-text" not in answer.content.decode()


def test_the_page_of_a_new_document_has_no_place_for_it(client, document):
    """What Wagtail asks for after the first background save: each part goes where it was."""
    parts = client.get(f"{edit(document)}?_w_hydrate_create_view=1").content.decode()
    assert "data-side-panel='status'" in parts
    assert "data-side-panel='customer'" not in parts


def test_a_draft_that_nobody_saw_takes_notes_alone(client, boss):
    panel = panel_of(client, estimate_factory(items=[line_item()], published=False))
    assert "panel-note-text" in panel
    assert "panel-reply-text" not in panel


def test_it_costs_the_same_however_much_was_said(client, document, django_assert_max_num_queries):
    link = document.links.get()
    with django_assert_max_num_queries(200) as few:
        client.get(edit(document))
    for number in range(8):
        Comment.objects.create(document_id=document.pk, text=f"{number}", link=link)
    with django_assert_max_num_queries(len(few)):
        client.get(edit(document))
