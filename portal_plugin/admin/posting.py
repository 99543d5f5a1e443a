"""What staff do to a document. Each is a POST, with a right and a sentence."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from ..exceptions import PortalError
from . import invoicing, sites, verbs_files, verbs_money, verbs_people, verbs_talk, verbs_work
from .finding import find
from .overview import Overview

VERBS = {
    **verbs_talk.VERBS,
    **verbs_files.VERBS,
    **verbs_people.VERBS,
    **verbs_work.VERBS,
    **verbs_money.VERBS,
    **invoicing.VERBS,
}


@require_POST
def do(request, pk, verb):
    """Refusals come back on the overview, with what was typed still in its field; ``back`` says
    that it was done on the edit page."""
    if verb not in VERBS:
        raise Http404
    right, perform = VERBS[verb]
    document = find(request, pk)
    if not sites.may(request.user, right, document):
        raise PermissionDenied
    try:
        done = perform(document, request)
    except PortalError as error:
        messages.error(request, error.message)
        return show(request, pk, status=error.status, typed={"verb": verb, **request.POST.dict()})
    if isinstance(done, HttpResponseBase):
        return done  # a file
    if done.message:
        messages.success(request, done.message)
    if done.link:
        return show(request, pk, new_link=done.link)
    if request.POST.get("back") == "edit" and done.go_to is None:
        return redirect(reverse(type(document).snippet_viewset.get_url_name("edit"), args=[pk]))
    target = done.go_to.pk if done.go_to is not None else pk
    return redirect(reverse("portal_admin:overview", args=[target]) + done.place)


def show(request, pk, *, status=200, typed=None, new_link=""):
    view = Overview(typed=typed, new_link=new_link)
    view.setup(request, pk=pk)
    response = view.get(request, pk=pk)
    response.status_code = status
    return response
