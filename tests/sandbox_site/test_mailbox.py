import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.urls import reverse

from sandbox_site.mailbox import store
from sandbox_site.mailbox.backend import MailboxBackend
from tests.mailing import send_by

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path, db):
    settings.DEBUG = True
    settings.MAILBOX_DIR = tmp_path / "mails"
    return settings.MAILBOX_DIR


def deliver(message) -> str:
    assert MailboxBackend().send_messages([message]) == 1
    return store.names()[0]


def mail(**fields):
    given = {"subject": "Hello", "body": "Plain words", "from_email": "a@shop.example"}
    return EmailMultiAlternatives(**{**given, "to": ["b@customer.example"], **fields})


def html_mail(html: str, **fields):
    message = mail(**fields)
    message.attach_alternative(html, "text/html")
    return message


def see(client, name: str, what: str = "detail", **more):
    return client.get(reverse(f"mailbox:{what}", kwargs={"name": name, **more}))


def test_stores_one_whole_file_per_mail(mailbox):
    deliver(mail())
    deliver(mail())

    assert len(store.names()) == 2
    assert {path.suffix for path in mailbox.iterdir()} == {".eml"}


def test_a_mail_for_nobody_is_not_sent():
    assert MailboxBackend().send_messages([mail(to=[])]) == 0


def test_the_list_shows_newest_first_with_every_recipient(client):
    deliver(mail(subject="First"))
    deliver(mail(subject="Second", cc=["c@customer.example"], bcc=["d@shop.example"]))

    html = client.get("/__mail/").content.decode()

    assert html.index("Second") < html.index("First")
    for address in ("a@shop.example", "b@customer.example", "c@customer.example", "d@shop.example"):
        assert address in html


def test_the_list_can_be_narrowed(client):
    deliver(mail(subject="Your estimate"))
    deliver(mail(subject="Your receipt"))

    html = client.get("/__mail/", {"q": "RECEIPT"}).content.decode()

    assert "Your receipt" in html
    assert "Your estimate" not in html


def test_a_blind_copy_stays_out_of_what_the_recipients_get():
    name = deliver(mail(bcc=["d@shop.example"]))

    assert store.load(name).header("Bcc") == ""


def test_headers_that_hold_markup_are_shown_as_text(client):
    name = deliver(mail(subject=HOSTILE, from_email=f'"{HOSTILE}" <a@shop.example>'))

    for page in (client.get("/__mail/"), see(client, name), see(client, name, "headers")):
        assert "<img" not in page.content.decode()
        assert "&lt;img" in page.content.decode()


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?utf-8?b?4pyT?= \xff\xfe broken",
        b"Subject: =?nonsense?q?=ff?=",
        b"From: <<<>>>, ;;: (",
        b"To: " + b"(" * 5000,
        b'Content-Type: text/html; charset="no-such"',
        b"Content-Disposition: attachment; filename*=utf-8''%ff%0d%0aX",
        b"no colon at all",
        b"",
    ],
)
def test_headers_that_cannot_be_read_are_shown_all_the_same(client, head):
    name = store.save(head + b"\n\nPlain \xff words\n")

    assert client.get("/__mail/").status_code == 200
    for what in ("detail", "text", "headers", "attachments", "body", "source"):
        assert see(client, name, what).status_code == 200


def test_plain_text_is_escaped_and_its_links_work(client):
    name = deliver(mail(body=f"{HOSTILE} http://localhost:8000/portal/l/abc/"))

    html = see(client, name, "text").content.decode()

    assert "<img" not in html
    assert '<a href="http://localhost:8000/portal/l/abc/"' in html


def test_html_is_shown_in_a_frame_that_can_run_nothing(client):
    name = deliver(html_mail("<p>Hi</p><script>alert(1)</script>"))

    page = see(client, name).content.decode()
    body = see(client, name, "body")

    assert "<script" not in page
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
    policy = body.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_links_in_html_leave_the_frame(client):
    name = deliver(
        html_mail('<base href="https://elsewhere.example" target="_self"><a href="/">x</a>')
    )

    body = see(client, name, "body").content.decode()

    assert body.index('<base target="_top">') < body.index("elsewhere")


def test_a_mail_without_html_opens_as_text(client):
    name = deliver(mail())

    assert "<iframe" not in see(client, name).content.decode()
    assert "Plain words" in see(client, name).content.decode()


def test_attachments_are_downloads_without_a_path(client):
    message = mail()
    message.attach("../../etc/<b>.html", b"<script>alert(1)</script>", "text/html")
    name = deliver(message)

    shown = see(client, name, "attachments").content.decode()
    sent = see(client, name, "attachment", position=0)

    assert "&lt;b&gt;.html" in shown
    # From 6.0 on Django ends a text with an end of line.
    assert sent.content.rstrip() == b"<script>alert(1)</script>"
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "/" not in sent.headers["Content-Disposition"]
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert see(client, name, "attachment", position=1).status_code == 404


def test_a_picture_inside_the_mail_is_shown_from_its_attachment(client):
    message = html_mail('<img src="cid:logo@shop">')
    message.attach("logo.png", b"\x89PNG", "image/png")
    name = deliver(message)
    path = store.folder() / f"{name}.eml"
    path.write_bytes(path.read_bytes().replace(b"image/png", b"image/png\nContent-ID: <logo@shop>"))

    body = see(client, name, "body").content.decode()

    assert f"/__mail/{name}/attachments/0/" in body
    assert see(client, name, "attachment", position=0).headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("name", ["nothing", "20260101T000000000000-00000000", "..", "%2e%2e%2fdb"])
def test_a_name_that_is_no_mail_is_not_found(client, name):
    assert client.get(f"/__mail/{name}/").status_code == 404


def test_a_name_never_leads_out_of_the_folder(mailbox):
    deliver(mail())
    (mailbox.parent / "secret.eml").write_text("From: x")

    with pytest.raises(FileNotFoundError):
        store.load("../secret")


def test_files_of_others_in_the_folder_are_left_out(mailbox):
    deliver(mail())
    (mailbox / "notes.eml").write_text("From: x")
    (mailbox / ".20260101T000000000000-00000000.part").write_text("From: x")

    assert len(store.names()) == 1


def test_nothing_is_there_without_debug(client, settings):
    name = deliver(mail())
    settings.DEBUG = False

    assert client.get("/__mail/").status_code == 404
    for what in ("detail", "text", "headers", "attachments", "body", "source"):
        assert see(client, name, what).status_code == 404


def test_the_viewer_only_reads(client):
    assert client.post("/__mail/").status_code == 405


def test_mails_through_the_ordinary_api_arrive(settings):
    send_by(settings, "sandbox_site.mailbox.backend.MailboxBackend")

    EmailMessage("Hello", "Words", "a@shop.example", ["b@customer.example"]).send()

    assert store.load(store.names()[0]).subject == "Hello"
