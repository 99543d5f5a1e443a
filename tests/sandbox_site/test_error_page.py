import re
from pathlib import Path

from django.conf import settings
from django.views.defaults import server_error


def test_the_last_resort_needs_nothing_else_to_work(rf):
    page = server_error(rf.get("/"))

    html = page.content.decode()
    assert page.status_code == 500
    assert not re.search(r'(src|href)="(?!/")', html)


def test_the_last_resort_asks_no_template_tag():
    source = Path(settings.BASE_DIR / "templates" / "500.html").read_text(encoding="utf-8")

    assert "{%" not in source
    assert "{{" not in source
