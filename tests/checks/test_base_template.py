"""Whether the site's base template can hold the portal's pages."""

import pytest
from django.core import checks

from portal_plugin.checks import registering
from tests import factories
from tests.checks.checking import found


@pytest.fixture
def templates(tmp_path, settings):
    """Write templates that the site would have, before all others."""
    settings.TEMPLATES = [
        engine | {"DIRS": [tmp_path, *engine["DIRS"]]} for engine in settings.TEMPLATES
    ]

    def write(**files):
        for name, text in files.items():
            file = tmp_path / name.replace("__", "/").replace("_html", ".html")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    return write


BLOCKS = "{% block content %}{% endblock %}{% block extra_css %}{% endblock %}"
WHOLE = BLOCKS + "{% block extra_js %}{% endblock %}"
#: A site's own way into a base with other names.
OURS = (
    "{% extends base_template %}{% block main %}{% block portal_body %}{% endblock %}{% endblock %}"
)


@pytest.mark.parametrize(
    ("files", "ids"),
    [
        ({"base_html": WHOLE}, set()),
        ({"base_html": BLOCKS}, {"W002"}),
        ({"base_html": "{% block main %}{% endblock %}"}, {"E005", "W002"}),
        ({"base_html": WHOLE + "{% no_such_tag %}"}, {"E004"}),
        ({"base_html": "{% load no_such_library %}" + WHOLE}, {"E004"}),
        ({"base_html": "{% extends 'layout.html' %}", "layout_html": WHOLE}, set()),
        ({"base_html": "{% extends 'layout.html' %}"}, {"W001"}),
        (
            {
                "base_html": "{% extends 'layout.html' %}{% block page %}"
                + WHOLE
                + "{% endblock %}",
                "layout_html": "{% block page %}{% endblock %}",
            },
            set(),
        ),
        (
            {
                "base_html": "{% extends 'layout.html' %}{% block page %}"
                + WHOLE
                + "{% endblock %}",
                "layout_html": "{% block body %}{% endblock %}",
            },
            {"E005", "W002"},
        ),
        ({"base_html": "{% extends layout %}"}, set()),
        ({"base_html": "{% block main %}{% endblock %}", "portal_plugin__base_html": OURS}, set()),
        ({"base_html": WHOLE, "portal_plugin__base_html": OURS}, {"E005"}),
    ],
)
def test_the_base_template(templates, files, ids):
    templates(**files)
    assert found() & {"E004", "E005", "W001", "W002"} == ids


@pytest.mark.django_db
@pytest.mark.failing_base
def test_a_base_that_raises_is_a_warning_that_names_the_tag(templates):
    site = factories.site_factory()
    templates(base_html="\n{% include missing_one %}" + WHOLE)
    messages = checks.run_checks(tags=[registering.TAG], databases=["default"])
    (message,) = [m for m in messages if m.id == "portal_plugin.W028"]
    assert f"fails on {site.hostname}" in message.msg
    assert "{% include missing_one %} in base.html, line 2" in message.msg


@pytest.mark.django_db
@pytest.mark.failing_base
def test_what_a_base_lacks_is_named_without_all_that_it_was_given(templates):
    factories.site_factory()
    templates(base_html="{{ page.seo_title|default:page.title }}" + WHOLE)
    messages = checks.run_checks(tags=[registering.TAG], databases=["default"])
    (message,) = [m for m in messages if m.id == "portal_plugin.W028"]
    assert message.msg.endswith("VariableDoesNotExist: Failed lookup for key [page]")


@pytest.mark.django_db
def test_a_base_that_holds_is_silence():
    factories.site_factory()
    assert "W028" not in found(databases=["default"])
