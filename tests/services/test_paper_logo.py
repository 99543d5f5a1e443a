"""A logo on paper, while the storage that has it comes and goes."""

from contextlib import nullcontext
from io import BytesIO

import pytest
from PIL import Image

from portal_plugin.services import paper


class Flaky(BytesIO):
    """A storage with one file in it, which is away at first. ``at`` is where that is noticed."""

    def __init__(self, error=None, at=""):
        super().__init__()
        Image.new("RGB", (40, 20)).save(self, "PNG")
        self.error, self.at = error, at

    def open(self, name):
        self.seek(0)
        self.fail("open")
        return nullcontext(self)

    def read(self, *args):
        self.fail("read")
        return super().read(*args)

    def fail(self, at):
        if at == self.at:
            raise self.error


def boto_error():
    return pytest.importorskip("botocore.exceptions").EndpointConnectionError(endpoint_url="s3")


@pytest.mark.parametrize("at", ["open", "read"])
@pytest.mark.parametrize("error", [lambda: OSError("stale file handle"), boto_error])
def test_a_storage_that_was_away_is_asked_again(error, at, caplog):
    """Else each PDF of the process would be without the logo, for as long as it lives."""
    storage = Flaky(error(), at)
    assert paper._logo(storage, "logo.png") is None
    assert "The logo logo.png cannot be read" in caplog.text
    storage.at = ""
    assert paper._logo(storage, "logo.png").startswith(b"\x89PNG")


def test_one_that_was_drawn_is_not_drawn_again():
    storage = Flaky()
    assert paper._logo(storage, "logo.png") is paper._logo(storage, "logo.png")
