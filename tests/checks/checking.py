"""What our checks say of the settings of a test."""

from django.core import checks

from portal_plugin.checks import registering

#: Where files would be stored in these tests; the folders are never made.
FOLDERS = {
    "MEDIA_ROOT": "/srv/site/media",
    "STATIC_ROOT": "/srv/site/static",
    "STATICFILES_DIRS": [("brand", "/srv/site/assets")],
}


def told(**options):
    """Our messages. No database is asked unless named: from 6.1 on that is not the default."""
    return checks.run_checks(tags=[registering.TAG], **{"databases": []} | options)


def found(**options):
    """The ids of ours, short; each message has a cause and a fix."""
    messages = told(include_deployment_checks=True, **options)
    for message in messages:
        assert message.msg.endswith((".", ")"))
        assert message.hint
    return {message.id.removeprefix("portal_plugin.") for message in messages}
