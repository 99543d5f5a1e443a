"""What files the customers of a site may send: what the installation takes, or less."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..conf import conf
from ..exceptions import FileRefused, FileTooLarge
from ..gateways import filetypes
from ..models import PortalSettings
from . import quotas

MB = 1024 * 1024


@dataclass(frozen=True)
class FileLimits:
    """``kinds`` are extensions in lower case without the dot; ``max_bytes`` is for one file."""

    kinds: tuple[str, ...]
    max_bytes: int


def of_site(site: Any) -> FileLimits:
    shop = PortalSettings.of(site)
    most = conf.upload_max_bytes
    if shop.file_max_mb is not None:
        most = min(most, shop.file_max_mb * MB)
    return FileLimits(_kinds_of(shop), most)


def refuse_size(name: str, size: int, limits: FileLimits | None) -> None:
    """``size`` in bytes. Raises ``FileRefused`` for nothing and ``FileTooLarge``, with a sentence
    that names the file."""
    if size <= 0:
        raise FileRefused(_("“%(name)s” is empty.") % {"name": name})
    if limits is not None and size > limits.max_bytes:
        raise FileTooLarge(
            _("“%(name)s” is too large. A file may have up to %(limit)s.")
            % {"name": name, "limit": quotas.size_text(limits.max_bytes)}
        )


def _kinds_of(shop: Any) -> tuple[str, ...]:
    """What the installation does not take any more is not taken by its shops. A shop of which
    nothing is left takes what the installation takes: else nobody could send it anything."""
    possible = filetypes.allowed_extensions()
    chosen = set(filetypes.extensions_in(shop.file_kinds))
    return tuple([kind for kind in possible if kind in chosen] or possible)


def dropped_kinds(shop: Any) -> list[str]:
    """What the shop chose and the installation does not take any more."""
    possible = filetypes.allowed_extensions()
    return [kind for kind in filetypes.extensions_in(shop.file_kinds) if kind not in possible]
