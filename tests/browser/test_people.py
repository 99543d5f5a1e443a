"""A colleague is invited, and a code typed, on a phone: with scripts and without, and by axe."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from portal_plugin.models import Decision, DirectLink
from portal_plugin.services import work
from tests import factories
from tests.looking import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def opened(page, name):
    """The action's dialog, or its page where there are no scripts."""
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name=re.compile(f"^{name}")).first.click()
    return page.get_by_role("dialog") if page.get_by_role("dialog").count() else page


def code_sent(page):
    """The server may be sending it at this moment, after its answer."""
    for _ in range(100):
        work.run("mail")
        for letter in mail.outbox:
            if "Your code" in letter.subject:
                return re.search(r"^(\d{6})$", letter.body, re.MULTILINE).group(1)
        page.wait_for_timeout(100)
    raise AssertionError("No code was sent")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_colleague_is_invited(visit, scripts):
    estimate = factories.estimate_factory(items=1, site=factories.site_factory(lets_invite=True))
    page = visit(estimate, "phone", scripts=scripts)
    form = opened(page, "Invite a colleague")
    form.get_by_label("Your colleague's name").fill("Alex")
    form.get_by_label("Their email").fill("alex@example.org")
    if scripts:
        assert violations(page) == []
    form.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("Alex gets an email with a link of their own.").first).to_be_visible()
    assert DirectLink.objects.exclude(invited_by=None).get().recipient.name == "Alex"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_code_is_typed_and_the_approval_goes_on(visit, scripts):
    site = factories.site_factory(code_above=0, asks_signature=True)
    estimate = factories.estimate_factory(items=2, site=site)
    page = visit(estimate, "phone", scripts=scripts)
    form = opened(page, "Approve: A1 poster")
    form.get_by_label(re.compile("signature")).fill("Kim Example")
    form.get_by_label("I have read and accept the Approval Terms").check()
    form.get_by_role("button", name="Submit Approval").click()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    if scripts:
        assert violations(page) == []
    page.get_by_label("Code", exact=True).fill(code_sent(page))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("“A1 poster” is approved.").first).to_be_visible()
    assert Decision.objects.get().submission.signature == "Kim Example"
