"""Opening a document's direct link, as its customer does."""

from portal_plugin.services import links
from tests import factories


def enter(client, document, link=None):
    link = link or factories.link_factory(document)
    url = links.link_url(link, links.make_token(link)).removeprefix(document.site.root_url)
    response = client.get(url, headers={"host": document.site.hostname})
    assert response.status_code == 303
    return link
