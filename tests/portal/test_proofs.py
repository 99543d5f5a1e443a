"""The page of one proof, and two versions beside each other."""

import re

import pytest

from portal_plugin.models import ChangeRequest, Preview
from portal_plugin.services import answering, previews, proofs
from tests import factories, samples
from tests.counting import queries
from tests.portal.test_weight import KB, loaded
from tests.proofing import action_url, marked, sent, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return sent(wording="Café Wörner", description="White on blue", label="Front")


def fresh(version):
    document = version.proof.document
    return type(document.specific).objects.get(pk=document.pk)


def test_it_shows_the_current_version_large_with_its_words(client, enter, version):
    newer = sent(fresh(version), size=(500, 300), label="Front", wording="Café Worner")
    enter(fresh(version))
    for shown in (version, newer):
        page = client.get(url(shown)).content.decode()
        assert "Café Worner" in page
        assert "Version 2, sent on" in page
        assert re.search(rf"<title>[^<]+ · {fresh(version).number} ", page)
        assert 'width="500" height="300"' in page


def test_earlier_versions_are_there_with_what_was_said_and_answered(client, enter, version):
    document = fresh(version)
    link = enter(document)
    client.post(action_url(version), marked(version, {"text": "Bigger"}))
    request = ChangeRequest.objects.get(link=link)
    answering.close_change_request(request, "It is bigger now.", factories.user_factory())
    sent(fresh(version), size=(500, 300), label="Front")
    page = client.get(url(version)).content.decode()
    assert "data-earlier" in page
    assert "You asked for a change on" in page
    assert "answered:</span> <bdi>It is bigger now.</bdi>" in page
    assert "Compare with version 1" in page


def test_what_was_asked_twice_on_one_day_is_said_once(client, enter, version):
    document = fresh(version)
    link = enter(document)
    for text in ("Bigger", "Redder"):
        client.post(action_url(version), marked(version, {"text": text}))
    assert ChangeRequest.objects.filter(link=link).count() == 2
    assert client.get(url(version)).content.decode().count("You asked for a change on") == 1


def test_a_decision_stands_with_the_version_it_was_made_on(client, enter, version):
    document = factories.approve(fresh(version), [version.proof.item_key])
    sent(document, size=(500, 300), label="Front")
    enter(fresh(version))
    earlier = client.get(url(version)).content.decode().partition("data-earlier")[2]
    assert "Approved on" in earlier


def test_points_that_were_sent_are_on_the_picture_and_in_words(client, enter, version):
    enter(fresh(version))
    client.post(action_url(version), marked(version, {"text": "Bigger", "x": "0.25", "y": "0.5"}))
    page = client.get(url(version)).content.decode()
    assert 'cx="100.0" cy="150.0"' in page
    assert 'value="1"><bdi>Bigger</bdi>' in page


def test_places_are_numbers_that_a_picture_understands_in_every_language(client, enter, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    version = sent(factories.estimate_factory(items=1, language="de"), size=(2000, 1501))
    enter(fresh(version))
    point = {"text": "Größer", "x": "0.3333", "y": "0.3333"}
    client.post(action_url(version), marked(version, point))
    page = client.get(url(version)).content.decode()
    assert 'viewBox="0 0 1280 961"' in page
    assert 'cx="426.6" cy="320.3"' in page
    whole = client.get(f"/portal/d/{fresh(version).public_id}/").content.decode()
    for shown in (page, whole):
        assert 'width="1280" height="961"' in shown


def test_what_was_not_sent_has_no_page(client, enter, version):
    document = fresh(version)
    enter(document)
    file = samples.upload("new.png", samples.png((50, 50)))
    secret = proofs.add_proof_version(document, document.lines[0].key, file, label="Front")
    assert client.get(url(secret)).status_code == 404
    assert client.get(url(version, f"compare/{secret.public_id}/")).status_code == 404
    assert "version 2" not in client.get(url(version)).content.decode().lower()


def test_another_customers_proof_has_no_page(client, enter, version):
    other = sent()
    enter(fresh(version))
    own = f"/portal/d/{fresh(version).public_id}/proof"
    assert client.get(f"{own}/{other.public_id}/").status_code == 404
    assert client.get(f"{own}/{version.public_id}/compare/{other.public_id}/").status_code == 404


def test_a_link_that_may_only_look_gets_no_form(client, enter, version):
    document = fresh(version)
    enter(document, factories.link_factory(document, role="look"))
    page = client.get(url(version)).content.decode()
    assert "Café Wörner" in page
    assert "<textarea" not in page


def test_pages_are_a_strip_of_links(client, enter):
    version = sent(file=samples.upload("three.pdf", samples.pdf(3)))
    enter(fresh(version))
    page = client.get(url(version, "?page=2")).content.decode()
    assert page.count("portal-look-thumb") == 3
    assert '?page=2" data-look-page="2"' in page
    for nonsense in ("9", "0", "x", "²", "1" * 5000):
        assert client.get(url(version, f"?page={nonsense}")).status_code == 200


def test_more_pages_than_are_shown_are_said_so(client, enter, monkeypatch):
    monkeypatch.setattr(previews, "MAX_PAGES", 2)
    version = sent(file=samples.upload("three.pdf", samples.pdf(3)))
    enter(fresh(version))
    assert "2 of 3 pages are shown here" in client.get(url(version)).content.decode()


def test_while_it_is_drawn_and_where_it_cannot_be(client, enter):
    version = sent(drawn=False)
    enter(fresh(version))
    assert "is being prepared" in client.get(url(version)).content.decode()
    Preview.objects.update(state="failed")
    page = client.get(url(version)).content.decode()
    assert "No preview of this file." in page
    assert f"proofs/{'A' * 0}" in page


def test_versions_are_compared_side_by_side_without_a_script(client, enter, version):
    newer = sent(fresh(version), size=(500, 300), label="Front", wording="Other")
    enter(fresh(version))
    page = client.get(url(newer, f"compare/{version.public_id}/")).content.decode()
    assert page.count('class="portal-look-picture"') == 2
    assert "Version 1 and version 2" in page
    assert "Café Wörner" in page
    assert client.get(url(newer, f"compare/{newer.public_id}/")).status_code == 404


def test_a_page_that_only_one_of_them_has(client, enter, version):
    file = samples.upload("three.pdf", samples.pdf(3))
    newer = sent(fresh(version), file=file, label="Front")
    enter(fresh(version))
    page = client.get(url(newer, f"compare/{version.public_id}/?page=3")).content.decode()
    assert "This version does not have this page." in page


def test_queries_stay_the_same_as_versions_and_points_grow(client, enter, version):
    enter(fresh(version))
    client.get(url(version))
    before = queries(client, url(version))
    client.post(action_url(version), marked(version, *[{"text": f"{n}"} for n in range(9)]))
    for width in (500, 600, 700):
        sent(fresh(version), size=(width, 300), label="Front")
    assert queries(client, url(version)) <= before


def test_its_styles_and_scripts_are_at_most_30_kb(client, enter, version):
    import gzip
    import re
    from pathlib import Path

    from django.contrib.staticfiles import finders

    enter(fresh(version))
    html = client.get(url(version)).content.decode()
    names = loaded(html) | set(re.findall(r'portal-module="/static/([^"]+)"', html))
    assert {"portal_plugin/js/look.js", "portal_plugin/js/points.js"} <= names
    sizes = [len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in names]
    assert sum(sizes) <= 30 * KB
    assert len(html) <= 25 * KB
