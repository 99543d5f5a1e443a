import pytest
from django.core.management import call_command


@pytest.fixture
def shops(db, settings, monkeypatch, tmp_path):
    """Both shops, set up on port 8800, with media in a folder of their own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.delenv("SANDBOX_ADMIN_PASSWORD", raising=False)
    settings.SANDBOX_PORT = 8800
    call_command("sandbox_setup", verbosity=0)
