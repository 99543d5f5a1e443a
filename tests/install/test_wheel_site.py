"""A new agency takes the built wheel, a fresh `wagtail start` site and the README."""

import re

import pytest

from tests.looking import violations

from .agency import ROOT, command
from .browsing import Browser

#: Imports the plugin the way the site does, and says where it came from.
WHERE = "import portal_plugin; print(portal_plugin.__file__)"
APPROVE = r"a/approve/[\w-]{22}/$"


@pytest.mark.parametrize("settings", ["dev", "others"])
def test_site_runs_the_wheel_without_errors_and_needs_no_migration(by_the_readme, settings):
    """And not the checkout; whatever the site has set."""
    told = by_the_readme.run(
        WHERE,
        command("check", "--fail-level", "ERROR"),
        command("makemigrations", "--check", "--dry-run"),
        settings=f"mysite.settings.{settings}",
    )
    assert str(by_the_readme.packages) in told
    assert str(ROOT / "portal_plugin") not in told


def test_doctor_names_the_terms_first_and_no_error_after_they_are_written(by_the_readme, running):
    before = (by_the_readme.folder.parent / "doctor.txt").read_text()
    assert before.startswith("ERROR")
    assert "Settings, Customer portal" in before.splitlines()[1]
    assert "Traceback" not in before
    assert "ERROR" not in running.site.manage("portal_doctor")


def test_static_files_are_collected_with_a_manifest(by_the_readme, tmp_path):
    site = by_the_readme.copy_to(tmp_path / "site")
    site.manage("collectstatic", "--noinput", settings="mysite.settings.live")
    manifest = (site.folder / "static/staticfiles.json").read_text()
    assert "portal_plugin/css/portal.css" in manifest


def test_customer_approves_an_item(running):
    page = Browser().open(running.estimate)
    assert page.status == 200
    assert '<html lang="en">' in page.text  # the site's own base, as `wagtail start` writes it
    assert re.search(r'id="portal" lang="de"', page.text)
    assert len(set(page.links(APPROVE))) == 2
    refused = page.follow(APPROVE).submit()
    assert refused.status == 400
    done = refused.submit(accept_terms="on")
    assert done.status == 200
    assert "Schild, matt" in done.text
    assert len(set(done.links(APPROVE))) == 1


def test_form_without_its_token_is_refused(running):
    form = Browser().open(running.estimate).follow("a/comment/$")
    answer = form.submit(csrfmiddlewaretoken="", text="Hallo")
    assert answer.status == 403
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_action_of_the_sites_own_app(running):
    page = Browser().open(running.order)
    form = page.follow("a/pickup/$")
    refused = form.submit(day="2001-01-01")
    assert refused.status == 400
    assert "Choose a day from today on." in refused.text
    done = refused.submit(day="2099-05-04")
    assert done.status == 200
    assert "You are expected on 4. Mai 2099." in done.text


def test_action_of_the_sites_own_app_is_only_where_it_says(running):
    estimate = Browser().open(running.estimate)
    assert not estimate.links("a/pickup/")
    answer = estimate.browser.open(estimate.url.partition("?")[0] + "a/pickup/")
    assert answer.status == 409


@pytest.mark.browser
def test_page_and_dialogs_pass_axe(running, chromium):
    # Half-way into an animation every colour is a mixture.
    context = chromium.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(running.order)
    assert violations(page) == []
    for action in ("approve", "pickup"):
        page.locator(f"a[href*='a/{action}/']").first.click()
        page.locator("dialog[open] form").wait_for()
        assert violations(page) == []
        page.keyboard.press("Escape")
    context.close()
