"""What a customer can do. Importing this registers the actions, in the order of the page."""

from . import (  # noqa: F401
    approve,
    approve_multiple,
    change_request,
    comment,
    decline,
    order_approved,
    pay,
    upload,
    withdraw_change_request,
)
