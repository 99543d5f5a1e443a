"""The script of the file field: several files, each with its bar, and what can go wrong."""

import hashlib

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Attachment
from tests import factories, samples

#: Milliseconds: five files one after the other, each with previews made behind it.
PATIENCE = 20_000

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dialog(visit):
    """The open dialog of the action, on a phone."""
    page = visit(factories.estimate_factory(items=1), "phone")
    page.get_by_role("link", name="Upload / Download Files").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Or drop them here, or paste a picture.")).to_be_visible()
    return dialog


def choose(dialog, **files):
    payload = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        for name, data in files.items()
    ]
    dialog.locator("input[type=file]").set_input_files(payload)


def row(dialog, name):
    return (
        dialog.get_by_role("list", name="Files that are being sent")
        .get_by_role("listitem")
        .filter(has_text=name)
    )


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


def test_a_bar_shows_how_far_it_is_and_a_file_can_be_stopped(dialog):
    network = dialog.page.context.new_cdp_session(dialog.page)
    network.send("Network.enable")
    data = samples.pdf() + b"%" * 1_000_000
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000},
    )
    choose(dialog, **{"slower.pdf": data, "last.pdf": samples.pdf()})
    expect(row(dialog, "slower.pdf")).to_contain_text("Sending")
    expect(row(dialog, "slower.pdf").get_by_role("progressbar")).to_be_visible()
    row(dialog, "slower.pdf").get_by_role("button", name="Cancel: slower.pdf").click()
    expect(row(dialog, "slower.pdf")).to_contain_text("Cancelled")
    expect(row(dialog, "last.pdf")).to_contain_text("Sent")
    assert not Attachment.objects.filter(name="slower.pdf").exists()


def test_a_file_that_did_not_get_through_can_be_sent_again(dialog):
    context = dialog.page.context
    context.set_offline(True)
    choose(dialog, **{"good.png": samples.png()})
    expect(row(dialog, "good.png")).to_contain_text("did not get through")
    context.set_offline(False)
    row(dialog, "good.png").get_by_role("button", name="Try again: good.png").click()
    expect(row(dialog, "good.png")).to_contain_text("Sent")
    assert Attachment.objects.count() == 1


def test_an_answer_that_was_lost_makes_no_second_file(dialog):
    """The server has it, the browser never heard so: sent again it is the same submission."""
    page, answers = dialog.page, []

    def lose_the_first(route):
        answers.append(route.fetch())
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=answers[-1])

    page.route("**/a/upload/", lose_the_first)
    choose(dialog, **{"good.png": samples.png()})
    row(dialog, "good.png").get_by_role("button", name="Try again: good.png").click()
    expect(row(dialog, "good.png")).to_contain_text("Sent")
    page.unroute_all(behavior="wait")
    assert len(answers) >= 2
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


def test_a_proxy_that_refuses_large_bodies_is_told_in_our_words(dialog):
    dialog.page.route(
        "**/a/upload/", lambda route: route.fulfill(status=413, body="<h1>Too Large</h1>")
    )
    choose(dialog, **{"good.png": samples.png()})
    expect(row(dialog, "good.png")).to_contain_text("This file is too large.")


@pytest.mark.parametrize("name", ["page.svg", "page.txt"])
def test_markup_that_was_sent_as_artwork_never_runs(visit, name):
    from portal_plugin.services import files

    document = factories.estimate_factory(items=1)
    row = files.store(document, samples.upload(name, samples.SVG_WITH_SCRIPT), is_internal=False)
    page = visit(document)
    address = f"{page.url.partition('?')[0]}files/{row.public_id}/"
    with page.expect_download() as download:
        page.evaluate("(address) => { location.href = address }", address)
    assert download.value.suggested_filename == name
    assert page.trouble == []
