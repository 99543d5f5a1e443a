"""What a customer can do. Importing this registers the actions, in the order of the page."""

from importlib import import_module

for _name in (
    "approve",
    "approve_multiple",
    "decline",
    "order_approved",
    "choose",
    "confirm_change",
    "comment",
    "upload",
    "send_link",
    "change_request",
    "proof_points",
    "withdraw_change_request",
    "invite",
    "decline_all",
    "pay",
):
    import_module(f".{_name}", __name__)
