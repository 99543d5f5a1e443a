"""What a document looks like in words: built once, for page, preview, PDF and mail."""

from .document import DocumentView, document_view
from .shop import ShopView, shop_view

__all__ = ["DocumentView", "ShopView", "document_view", "shop_view"]
