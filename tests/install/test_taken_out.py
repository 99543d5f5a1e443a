"""A site that takes the plugin out again, for good or for a while: the site goes on."""

from dataclasses import dataclass

import pytest

from .agency import OWN, AgencySite
from .blocks import block

#: What whoever comes is answered, by the address.
ASK = """
from django.test import Client
for path in {paths!r}:
    print(Client(headers={{"host": "localhost"}}).get(path).status_code)
"""
#: A full-text index has tables of its own, which go with it.
TABLES = """
from django.db import connection
names = [name for name in connection.introspection.table_names() if name.startswith("portal")]
print(*[name for name in names if not any(name.startswith(other + "_") for other in names)])
"""
NOBODY_IS_HELD = """
from django.contrib.auth import get_user_model
from wagtail.models import Site
print(get_user_model().objects.all().delete()[0] > 0, Site.objects.all().delete()[0] > 0)
"""


@dataclass(frozen=True)
class OwnSite(AgencySite):
    link: str


@pytest.fixture
def site(by_the_readme, tmp_path):
    """One of its own, whose estimate somebody has the link to."""
    site = by_the_readme.copy_to(tmp_path / "site")
    script = (OWN / "first_documents.py").read_text()
    told = run(site, f"import sys; sys.argv.append('8000')\n{script}")
    return OwnSite(site.folder, site.packages, "/portal/" + told[-1].partition("/portal/")[2])


def run(site, script):
    return site.manage("shell", "--no-imports", "-c", script).split()


def answers(site):
    return run(site, ASK.format(paths=[site.link, "/", "/admin/login/"]))


def take_out(site):
    """What step 2 and 3 of the README have written."""
    for name, text in (
        ("settings/base.py", block("README.md", "Step 2: the settings", "python")),
        ("urls.py", block("README.md", "Step 3", "python")),
    ):
        path = site.folder / "mysite" / name
        before = path.read_text()
        assert text in before
        path.write_text(before.replace(text, ""))


def put_back(site, kept):
    for name, text in kept.items():
        (site.folder / "mysite" / name).write_text(text)


def written(site):
    return {n: (site.folder / "mysite" / n).read_text() for n in ("settings/base.py", "urls.py")}


def test_off_while_links_are_out_they_are_not_found_and_the_site_goes_on(site):
    assert answers(site) == ["303", "200", "200"]
    kept = written(site)
    take_out(site)
    site.manage("check", "--fail-level", "ERROR")
    site.manage("makemigrations", "--check", "--dry-run")
    assert answers(site) == ["404", "200", "200"]
    put_back(site, kept)
    site.manage("migrate", "--check")
    assert answers(site) == ["303", "200", "200"]


def test_away_for_good_it_leaves_nothing_that_holds_anybody(site):
    site.manage("migrate", "portal_plugin", "zero")
    take_out(site)
    site.manage("remove_stale_contenttypes", "--include-stale-apps", "--noinput")
    sql = block("docs/deploying.md", "Taking it away again", "sql")
    left = run(site, TABLES)
    assert {line.split()[-1].rstrip(";") for line in sql.splitlines()} == set(left)
    run(site, f"from django.db import connection\nconnection.cursor().executescript({sql!r})")
    assert run(site, TABLES) == []
    assert answers(site) == ["404", "200", "200"]
    assert run(site, NOBODY_IS_HELD) == ["True", "True"]
