"""The mail viewer at /__mail/. It exists with DEBUG alone: everybody's mail is in it."""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from . import store
from .mail import Mail

SHOWN = 200
# Only what draws: no script, no form, no frame; pictures from this machine alone.
BODY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline';"
    " img-src data: http://localhost:* http://*.localhost:* http://127.0.0.1:*;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
    " allow-top-navigation-by-user-activation"
)
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def debug_only(view):
    """The answer is that of an address which does not exist, unless DEBUG is on."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.DEBUG:
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return require_safe(never_cache(guarded))


def find_mail(name: str) -> Mail:
    try:
        return store.load(name)
    except FileNotFoundError as error:
        raise Http404 from error


@debug_only
def mail_list(request):
    """Newest first; `q` narrows by sender, recipient or subject."""
    query = request.GET.get("q", "").strip()
    names = store.names()
    mails = [store.load(name) for name in names[:SHOWN]]
    if query:
        mails = [
            mail
            for mail in mails
            if query.casefold() in f"{mail.sender} {mail.to} {mail.subject}".casefold()
        ]
    context = {"mails": mails, "query": query, "total": len(names), "shown": SHOWN}
    return render(request, "mailbox/list.html", context)


@debug_only
def mail_detail(request, name, tab=None):
    mail = find_mail(name)
    tab = tab or ("html" if mail.html else "text")
    return render(request, "mailbox/detail.html", {"mail": mail, "tab": tab})


@debug_only
@xframe_options_sameorigin
def mail_body(request, name):
    """The HTML part alone, for the frame. Links leave the frame by the base element before it."""
    mail = find_mail(name)
    html = mail.html_with_pictures(
        lambda position: request.build_absolute_uri(
            reverse("mailbox:attachment", args=[name, position])
        )
    )
    response = HttpResponse('<!doctype html><meta charset="utf-8"><base target="_top">' + html)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@debug_only
def mail_attachment(request, name, position):
    attachments = find_mail(name).attachments
    if position >= len(attachments):
        raise Http404
    attachment = attachments[position]
    response = HttpResponse(attachment.content, content_type="application/octet-stream")
    if attachment.content_type in {"image/png", "image/jpeg", "image/gif", "image/webp"}:
        response.headers["Content-Type"] = attachment.content_type
    response.headers["Content-Disposition"] = content_disposition_header(True, attachment.filename)
    return response


@debug_only
def mail_source(request, name):
    """The file as it is, to open in a mail program."""
    response = HttpResponse(find_mail(name).content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.eml")
    return response
