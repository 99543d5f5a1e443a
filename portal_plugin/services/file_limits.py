"""What files the customers of a site may send: what the installation takes, or less."""

from dataclasses import dataclass
from typing import Any

from ..conf import conf
from ..gateways import filetypes
from ..models import PortalSettings

MB = 1024 * 1024


@dataclass(frozen=True)
class FileLimits:
    """``kinds`` are extensions in lower case without the dot; ``max_bytes`` is for one file."""

    kinds: tuple[str, ...]
    max_bytes: int


def of_site(site: Any) -> FileLimits:
    shop = PortalSettings.of(site)
    kinds = filetypes.allowed_extensions()
    if shop.file_kinds:
        chosen = set(filetypes.extensions_in(shop.file_kinds))
        # What the installation does not take any more is not taken by its sites.
        kinds = [kind for kind in kinds if kind in chosen]
    most = conf.upload_max_bytes
    if shop.file_max_mb is not None:
        most = min(most, shop.file_max_mb * MB)
    return FileLimits(tuple(kinds), most)
