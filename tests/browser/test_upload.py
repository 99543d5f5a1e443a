"""The script of the file field: several files, each with its bar, and what can go wrong."""

import hashlib
import random
import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Attachment, UploadInProgress
from portal_plugin.services import files
from tests import factories, samples
from tests.long import length

#: Milliseconds: five files one after the other, each with previews made behind it.
PATIENCE = 20_000
#: Bytes of a file that takes its time.
LARGE = length.of(60, 200) * 1024 * 1024
LARGE_PATIENCE = LARGE // 1000

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dialog(visit):
    """The open dialog of the action, on a phone."""
    page = visit(factories.estimate_factory(items=1), "phone")
    page.get_by_role("link", name="Upload / Download Files").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Or drop them here, or paste a picture.")).to_be_visible()
    return dialog


def open_dialog(page):
    page.get_by_role("link", name="Upload / Download Files").first.click()
    expect(page.get_by_text("Or drop them here, or paste a picture.")).to_be_visible()


def slow_down(page, bytes_per_second):
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second,
        },
    )


def choose(dialog, **chosen):
    payload = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        for name, data in chosen.items()
    ]
    dialog.locator("input[type=file]").set_input_files(payload)


def row(dialog, name):
    return (
        dialog.get_by_role("list", name="Files that are being sent")
        .get_by_role("listitem")
        .filter(has_text=name)
    )


def test_a_file_that_was_chosen_before_the_script_came_is_sent(visit):
    page = visit(factories.estimate_factory(items=1), "phone")
    held = []
    page.route("**/js/upload*.js", lambda route: held.append(route))
    page.get_by_role("link", name="Upload / Download Files").first.click()
    dialog = page.get_by_role("dialog")
    choose(dialog, **{"early.png": samples.png()})
    assert held
    held[0].continue_()
    expect(row(dialog, "early.png")).to_contain_text("Sent", timeout=PATIENCE)
    assert Attachment.objects.get().name == "early.png"


def test_where_the_script_that_sends_gets_lost_the_form_sends(visit):
    page = visit(factories.estimate_factory(items=1), "phone")
    held = []
    page.route("**/js/sending.js", lambda route: held.append(route))
    page.get_by_role("link", name="Upload / Download Files").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Or drop them here, or paste a picture.")).to_be_visible()
    choose(dialog, **{"good.png": samples.png()})
    held[0].abort()
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(dialog.get_by_role("heading").first).to_have_text("Your file was sent to the shop.")
    assert Attachment.objects.get().name == "good.png"


def test_a_file_of_a_visit_that_has_ended_is_sent_after_the_link_was_opened_again(dialog):
    cookies = dialog.page.context.cookies()
    dialog.page.context.clear_cookies(name=re.compile("^portal_key"))
    choose(dialog, **{"good.png": samples.png()})
    expect(row(dialog, "good.png")).to_contain_text("open the link in your email again")
    dialog.page.context.add_cookies(cookies)
    row(dialog, "good.png").get_by_role("button", name="Try again").click()
    expect(row(dialog, "good.png")).to_contain_text("Sent", timeout=PATIENCE)


def test_files_are_sent_one_by_one_and_each_refusal_stands_at_its_file(dialog):
    choose(
        dialog,
        **{
            "good.png": samples.png(),
            "empty.png": b"",
            "lie.png": samples.GIF_AND_SCRIPT,
            "program.exe": b"MZ",
            "also good.pdf": samples.pdf(),
        },
    )
    expect(row(dialog, "also good.pdf")).to_contain_text("Sent", timeout=PATIENCE)
    expect(row(dialog, "good.png")).to_contain_text("Sent")
    expect(row(dialog, "empty.png")).to_contain_text("This file is empty.")
    expect(row(dialog, "lie.png")).to_contain_text("not what its ending says")
    expect(row(dialog, "program.exe")).to_contain_text("Files of this kind cannot be taken.")
    expect(dialog.get_by_role("log")).to_contain_text("good.png: Sent")
    listed = dialog.get_by_role("link", name="Download good.png")
    expect(listed).to_be_visible(timeout=PATIENCE)
    assert {file.name for file in Attachment.objects.all()} == {"good.png", "also good.pdf"}


def test_back_on_the_document_the_files_are_there_and_so_is_the_focus(dialog):
    choose(dialog, **{"good.png": samples.png()})
    dialog.get_by_role("link", name="Back to the document").click()
    expect(dialog).to_be_hidden()
    page = dialog.page
    expect(page.get_by_role("link", name="Download good.png")).to_be_visible()
    expect(page.locator("a:focus")).to_contain_text("Upload / Download Files")
    assert page.trouble == []


@pytest.mark.parametrize("where", ["dialog", "page"])
def test_the_new_list_tells_the_time_of_the_reader_too(visit, where):
    """The shop's clock is 14 hours behind."""
    document = factories.estimate_factory(items=1)
    files.store(document, samples.upload("old.png"), is_internal=False)
    page = visit(document, timezone_id="Pacific/Kiritimati")
    listed = page.locator("[data-upload-files]")
    if where == "dialog":
        open_dialog(page)
    else:
        link = page.get_by_role("link", name="Upload / Download Files").first
        page.goto(link.evaluate("link => link.href"))
    expect(listed.locator("time")).to_have_count(1)
    told = listed.locator("time").inner_text()
    choose(listed.locator("xpath=.."), **{"good.png": samples.png((9, 9))})
    expect(listed.get_by_role("link", name="Download good.png")).to_be_visible(timeout=PATIENCE)
    expect(listed.locator("time", has_text=told.split(",")[0])).to_have_count(2)
    expect(listed.locator("time[data-local]")).to_have_count(0)


def test_a_bar_shows_how_far_it_is_and_a_file_can_be_stopped(dialog):
    data = samples.pdf() + b"%" * 1_000_000
    slow_down(dialog.page, 100_000)
    choose(dialog, **{"slower.pdf": data, "last.pdf": samples.pdf()})
    expect(row(dialog, "slower.pdf")).to_contain_text("Sending")
    expect(row(dialog, "slower.pdf").get_by_role("progressbar")).to_be_visible()
    row(dialog, "slower.pdf").get_by_role("button", name="Cancel: slower.pdf").click()
    expect(row(dialog, "slower.pdf")).to_contain_text("Cancelled")
    expect(row(dialog, "last.pdf")).to_contain_text("Sent")
    assert not Attachment.objects.filter(name="slower.pdf").exists()


def test_a_file_that_did_not_get_through_goes_on_when_there_is_a_line_again(dialog):
    context = dialog.page.context
    context.set_offline(True)
    choose(dialog, **{"good.png": samples.png()})
    expect(row(dialog, "good.png")).to_contain_text("did not get through")
    expect(row(dialog, "good.png").get_by_role("button", name="Try again")).to_be_visible()
    context.set_offline(False)
    expect(row(dialog, "good.png")).to_contain_text("Sent")
    assert Attachment.objects.count() == 1


def test_an_answer_that_was_lost_makes_no_second_file(dialog):
    """The server has it, the browser never heard so: sent again it is the same submission."""
    page, answers = dialog.page, []

    def lose_the_first(route):
        answers.append(route.request.method)
        response = route.fetch()
        if answers.count(route.request.method) == 1:
            route.abort()
        else:
            route.fulfill(response=response)

    page.route("**/uploads/**", lose_the_first)
    choose(dialog, **{"good.png": samples.png()})
    expect(row(dialog, "good.png")).to_contain_text("Sent", timeout=PATIENCE)
    page.unroute_all(behavior="wait")
    assert answers[:2] == ["POST", "POST"]
    assert answers.count("PATCH") == 1
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_files_are_dropped_and_pictures_pasted(dialog, way):
    data = samples.png()
    events = {
        "drop": """
            const place = document.querySelector("dialog [data-upload-drop]");
            for (const kind of ["dragenter", "dragover", "drop"])
              place.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true}));""",
        "paste": """
            const paste = new ClipboardEvent("paste", {clipboardData: carried, bubbles: true});
            document.body.dispatchEvent(paste);""",
    }
    dialog.page.evaluate(
        "(bytes) => { const carried = new DataTransfer();"
        "carried.items.add(new File([Uint8Array.from(bytes)], 'image.png'));" + events[way] + "}",
        list(data),
    )
    expect(row(dialog, "image.png")).to_contain_text("Sent")
    assert Attachment.objects.get().digest == hashlib.sha256(data).hexdigest()


def test_a_pasted_link_is_sent_as_a_link_and_never_fetched(dialog):
    page, asked = dialog.page, []
    page.context.on("request", lambda request: asked.append(request.url))
    page.evaluate("""() => {
        const carried = new DataTransfer();
        carried.setData("text/plain", "https://files.example.org/banner.tif");
        const paste = new ClipboardEvent("paste", {clipboardData: carried, bubbles: true});
        document.body.dispatchEvent(paste);
    }""")
    field = dialog.get_by_label("Link to a file")
    expect(field).to_have_value("https://files.example.org/banner.tif")
    dialog.get_by_role("button", name="Send link").click()
    expect(dialog.get_by_role("heading", name="Your link was sent")).to_be_visible()
    assert not [url for url in asked if "files.example.org" in url]
    page.goto(page.url.partition("?")[0])
    link = page.get_by_role("link", name="Link to files.example.org")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_a_proxy_that_refuses_large_bodies_gets_smaller_ones(dialog):
    sizes = []

    def proxy(route):
        sizes.append(len(route.request.post_data_buffer or b""))
        if sizes[-1] > 300_000:
            route.fulfill(status=413, body="<h1>Too Large</h1>")
        else:
            route.continue_()

    dialog.page.route("**/uploads/**", proxy)
    data = samples.pdf() + b"%" * 1_200_000
    choose(dialog, **{"large.pdf": data})
    expect(row(dialog, "large.pdf")).to_contain_text("Sent", timeout=PATIENCE)
    dialog.page.unroute_all(behavior="wait")
    assert [size for size in sizes if size > 300_000] == [1024 * 1024, 512 * 1024]
    assert Attachment.objects.get().digest == hashlib.sha256(data).hexdigest()


def test_a_proxy_that_takes_nothing_is_told_in_our_words(dialog):
    dialog.page.route(
        "**/uploads/**", lambda route: route.fulfill(status=413, body="<h1>Too Large</h1>")
    )
    choose(dialog, **{"good.png": samples.png()})
    expect(row(dialog, "good.png")).to_contain_text("This file is too large.", timeout=PATIENCE)


def test_a_file_is_paused_and_goes_on(dialog):
    slow_down(dialog.page, 400_000)
    data = samples.pdf() + b"%" * 2_500_000
    choose(dialog, **{"slow.pdf": data})
    line = row(dialog, "slow.pdf")
    expect(line).to_contain_text("%")
    line.get_by_role("button", name="Pause: slow.pdf").click()
    expect(line).to_contain_text("Paused")
    assert not Attachment.objects.exists()
    slow_down(dialog.page, -1)
    line.get_by_role("button", name="Go on: slow.pdf").click()
    expect(line).to_contain_text("Sent", timeout=PATIENCE)
    assert Attachment.objects.get().digest == hashlib.sha256(data).hexdigest()


def test_after_a_cut_and_a_reload_the_same_file_goes_on_where_it_was(
    visit, site_server, settings, tmp_path
):
    limits = dict.fromkeys(("UPLOAD_MAX_BYTES", "UPLOAD_QUOTA_BYTES"), 2 * LARGE)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **limits}
    path = tmp_path / "banner.pdf"
    path.write_bytes(samples.pdf() + random.Random(1).randbytes(LARGE))
    page = visit(factories.estimate_factory(items=1))
    open_dialog(page)
    sent = []

    def cut_in_the_middle(route):
        if route.request.method != "PATCH" or sum(sent) < LARGE / 2:
            sent.append(len(route.request.post_data_buffer or b""))
            route.continue_()
        else:
            route.abort()

    page.route("**/uploads/**", cut_in_the_middle)
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(path)
    expect(row(dialog, "banner.pdf")).to_contain_text(re.compile(r"5\d%"), timeout=LARGE_PATIENCE)
    page.context.set_offline(True)
    page.unroute_all(behavior="ignoreErrors")
    assert not Attachment.objects.exists()
    page.context.set_offline(False)
    page.on("dialog", lambda question: question.accept())
    page.goto(page.url.partition("?")[0])
    open_dialog(page)
    rest = []
    page.on("request", lambda request: rest.append(request) if request.method == "PATCH" else None)
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(path)
    expect(row(dialog, "banner.pdf")).to_contain_text("Sent", timeout=LARGE_PATIENCE)
    assert int(rest[0].headers["upload-offset"]) > LARGE / 3
    with path.open("rb") as file:
        assert Attachment.objects.get().digest == hashlib.file_digest(file, "sha256").hexdigest()
    assert UploadInProgress.objects.count() == 1
    # Its pictures are drawn after the answer, which a busy machine takes its time for.
    site_server.httpd.requests.wait(LARGE_PATIENCE / 1000)


@pytest.mark.parametrize("name", ["page.svg", "page.txt"])
def test_markup_that_was_sent_as_artwork_never_runs(visit, name):
    document = factories.estimate_factory(items=1)
    row = files.store(document, samples.upload(name, samples.SVG_WITH_SCRIPT), is_internal=False)
    page = visit(document)
    address = f"{page.url.partition('?')[0]}files/{row.public_id}/"
    with page.expect_download() as download:
        page.evaluate("(address) => { location.href = address }", address)
    assert download.value.suggested_filename == name
    assert page.trouble == []
