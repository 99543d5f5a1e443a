"""An action's form, filled in as a customer does who sees its page."""

from portal_plugin.models import (
    Activity,
    ChangeRequest,
    Comment,
    Decision,
    OutgoingEmail,
    Submission,
)


def url_of(document, action, key=None):
    tail = f"{key}/" if key else ""
    return f"/portal/d/{document.public_id}/a/{action}/{tail}"


def filled(client, url, **values):
    """The form as the page shows it, with what a customer types and ticks."""
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()[:500]
    return shown_again(response, **values)


def shown_again(response, **values):
    """The form as an answer shows it. What was typed and ticked is not in it: only ``values``."""
    hidden = {field.name: field.value() for field in response.context["form"].hidden_fields()}
    return {name: "" if value is None else value for name, value in hidden.items()} | values


def written():
    models = (Submission, Decision, Comment, ChangeRequest, OutgoingEmail, Activity)
    return [model.objects.count() for model in models]
