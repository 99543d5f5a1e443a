"""How often a page asks the database."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries(client, url):
    """Up to the last byte of what is streamed, too."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url)
        assert answer.status_code == 200
        assert b"".join(answer)
    return len(asked)
