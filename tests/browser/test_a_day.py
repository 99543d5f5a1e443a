"""A whole day: an estimate is written, looked at, sent, changed, approved, made and paid."""

import re
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from playwright.sync_api import expect
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from portal_plugin.models import Estimate, Order, Stage
from portal_plugin.services import starter
from tests import factories, samples
from tests.paying import standin_telling
from tests.sandbox_site.stripe_standin.form_steps import type_card

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CUSTOMER = "Harbour Bakery"
#: What is typed before Wagtail watches the form, it takes for what the form was opened with.
WATCHING = "document.addEventListener('w-unsaved:watch-edits', () => { window.watching = true; });"
ITEMS = [
    ("Window sign", "1", "240", "HARBOUR BAKERY"),
    ("Poster", "20", "9.5", "Bread is back"),
    ("Door plate", "2", "35", "Open from 6 to 18"),
]


@pytest.fixture
def papers_wait():
    """They do not: after each answer the web process draws what changed."""


@pytest.fixture
def shop(site_server):
    """Emails lead to the running server, and a manager looks before anything goes out."""
    site = factories.site_factory()
    site.port = site_server.port
    site.save()
    Stage.objects.create(site=site, name="Printing", customer_name="In production", position=1)
    editors, managers = starter.ensure_groups(site)
    workflow = Workflow.objects.create(name="Four eyes")
    task = GroupApprovalTask.objects.create(name="A manager looks")
    task.groups.add(managers)
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowContentType.objects.create(
        workflow=workflow, content_type=ContentType.objects.get_for_model(Estimate)
    )
    for name, group in (("erin", editors), ("max", managers)):
        factories.user_factory(username=name, first_name=name, is_superuser=False).groups.add(group)
    return site


@pytest.fixture
def standin(site_server, tmp_path, settings):
    with standin_telling(site_server, tmp_path, settings) as running:
        yield running


@pytest.fixture
def browser_of(chromium):
    """A browser of one person's own; what breaks in it fails the test."""
    contexts, trouble = [], []

    def browser_of():
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCHING)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        return page

    yield browser_of
    for context in contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()
    assert not trouble


@pytest.fixture
def sign_in(browser_of, site_server, shop):
    def sign_in(name):
        page = browser_of()
        page.goto(f"{site_server.url}/admin/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill("password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Customer portal:")).to_be_visible()
        return page

    return sign_in


def test_a_whole_day(sign_in, browser_of, standin, mailoutbox, tmp_path):
    editor = sign_in("erin")
    write_an_estimate(editor)
    look_at_the_preview(editor)
    add_proofs(editor, tmp_path)
    submit(editor)

    manager = sign_in("max")
    approve_and_send(manager)

    customer = browser_of()
    open_the_link(customer, mailoutbox)
    ask_for_a_change(customer)
    answer_with_a_new_proof(manager, tmp_path)
    approve_two_and_decline_one(customer)

    start_the_work(manager)
    pay(customer)
    standin.wait_for_webhooks()
    find_it_in_the_registers(manager)


def menu(page, *labels):
    """Through Wagtail's menu, one entry after the other, until the page is there."""
    *openers, last = (page.locator("nav").get_by_text(label, exact=True).first for label in labels)
    for opener in openers:
        opener.click()
    with page.expect_navigation():
        last.click()


def write_an_estimate(page):
    menu(page, "Customer portal", "Estimates")
    add = page.get_by_role("link", name="Add estimate").first
    expect(add).to_be_visible()
    add.click()
    page.wait_for_function("window.watching")
    choose_a_new_customer(page)
    page.get_by_label("Title").fill("Opening week")
    for number, (name, quantity, price, _wording) in enumerate(ITEMS):
        page.locator("#id_line_items-ADD").click()
        for field, value in (("name", name), ("quantity", quantity), ("unit_price", price)):
            page.locator(f"#id_line_items-{number}-{field}").fill(value)
    expect(page.get_by_role("region", name="Totals")).to_contain_text("€500.00")


def choose_a_new_customer(page):
    page.get_by_role("button", name="Choose a customer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Create").click()
    dialog.get_by_label("Name", exact=False).first.fill(CUSTOMER)
    dialog.get_by_label("Email").fill("owner@harbour-bakery.example")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_text(CUSTOMER).first).to_be_visible()


def look_at_the_preview(page):
    page.get_by_role("button", name="Toggle preview").click()
    frame = page.frame_locator("iframe[title=Preview]:not(.w-preview__proxy)")
    expect(frame.get_by_text("Door plate").first).to_be_visible()
    # What is typed while Wagtail's background save is under way, it takes for saved.
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Title").fill("Opening weekend")
    expect(frame.get_by_text("Opening weekend").first).to_be_visible()
    page.get_by_role("button", name="Toggle preview").click()


def add_proofs(page, folder):
    """The first save gives the items the place where their proofs go."""
    expect(page.locator("#portal-bar")).to_have_attribute(
        "data-item-files-url", re.compile("items")
    )
    for number, (_name, _quantity, _price, wording) in enumerate(ITEMS):
        picture = folder / f"proof{number}.png"
        picture.write_bytes(samples.png())
        row = page.locator(f"#inline_child_line_items-{number}")
        row.get_by_text("Proofs and files").click()
        row.get_by_role("button", name="Add a proof or a file").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("File", exact=True).set_input_files(picture)
        dialog.get_by_label("The exact text on it").fill(wording)
        dialog.get_by_role("button", name="Add", exact=True).click()
        expect(row.get_by_text("Goes out with the next publish")).to_be_visible()


def submit(page):
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Submit to Four eyes").click()
    expect(page.locator(".messages")).to_contain_text("submitted")


def approve_and_send(page):
    """From the home page to the email, without looking for the document again."""
    page.reload()
    page.get_by_role("link", name="Draft · Opening weekend").click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Approve and Publish", exact=True).click()
    expect(page.get_by_label("Subject")).to_have_value(re.compile("Estimate E-"))
    expect(page.get_by_label(re.compile("owner@harbour-bakery.example"))).to_be_checked()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Sent to")


def open_the_link(page, mailoutbox):
    page.goto(link_in_the_mail(page, mailoutbox))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Estimate E-")
    expect(page.get_by_text("HARBOUR BAKERY").first).to_be_visible()


def link_in_the_mail(page, mailoutbox):
    """Emails leave after the answer; the one with the link is the first to the customer."""
    for _attempt in range(100):
        for email in mailoutbox:
            if email.to == ["owner@harbour-bakery.example"] or CUSTOMER in str(email.to):
                return re.search(r"http://localhost:\d+/portal/l/\S+", email.body).group()
        page.wait_for_timeout(100)
    raise AssertionError("No email to the customer")


def ask_for_a_change(page):
    page.get_by_role("link", name=re.compile("^Change Request: Poster")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What should be different?").fill("Could the red be darker?")
    dialog.get_by_role("button", name="Submit Change Request").click()
    expect(page.get_by_text("Change request 1 was sent").first).to_be_visible()


def answer_with_a_new_proof(page, folder):
    page.reload()
    menu(page, "Customer portal", "Inbox (1)")
    page.get_by_role("link", name="Could the red be darker?").click()
    picture = folder / "darker.png"
    picture.write_bytes(samples.png(size=(300, 400)))
    item = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Poster"))
    item.get_by_text("Add a proof").click()
    item.get_by_label(re.compile("^Picture or PDF")).set_input_files(picture)
    item.get_by_role("button", name="Add the proof").click()
    page.get_by_role("button", name="Send proof now").click()
    expect(page.get_by_text("Could the red be darker?")).to_have_count(0)


def approve_two_and_decline_one(page):
    page.reload()
    page.get_by_role("link", name=re.compile("^Approve Multiple Items")).first.click()
    dialog = page.get_by_role("dialog")
    for name in ("Window sign", "Poster"):
        dialog.get_by_label(re.compile(name)).check()
    dialog.get_by_label("I have read and accept the Approval Terms").check()
    dialog.get_by_role("button", name="Submit Approvals").click()
    expect(dialog.get_by_text("approved").first).to_be_visible()
    page.reload()
    page.get_by_role("link", name="Decline: Door plate").first.click()
    dialog.get_by_role("button", name="Decline this item").click()
    expect(page.get_by_text("This is now order").first).to_be_visible()


def start_the_work(page):
    menu(page, "Customer portal", "Orders")
    page.get_by_role("link", name=re.compile("Opening weekend")).first.click()
    page.get_by_label("Stage").select_option("Printing")
    form = page.locator("form").filter(has=page.get_by_label("Stage"))
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("moved it to “Printing”")).to_be_visible()


def pay(page):
    page.reload()
    expect(page.get_by_text("In production").first).to_be_visible()
    page.locator("[data-portal-opens=pay]:visible").first.click()
    dialog = page.locator(".portal-pay-dialog")
    button = dialog.get_by_role("button", name=re.compile("^Pay €"))
    expect(button).to_be_enabled()
    type_card(page)
    button.click()
    expect(dialog.locator("#portal-pay-title")).to_have_text("Payment received")


def find_it_in_the_registers(page):
    order = Order.objects.get()
    menu(page, "Customer portal", "Payments")
    row = page.get_by_role("row").filter(has_text=order.number)
    expect(row).to_contain_text("€430.00")
    menu(page, "Reports", "Customer portal: activity")
    for sentence in ("A payment arrived", "moved it to “Printing”"):
        expect(page.get_by_role("row").filter(has_text=sentence)).to_contain_text(order.number)
    assert order.balance_due == Decimal(0)
