"""What each action asks of whom, cell by cell: the base class keeps it, and has its tests."""

from django import forms

from portal_plugin import registry

#: Verb of the matrix, role, about what, how often in an hour, whether a code by email may be asked
#: for, whether there is a receipt. What has no limit can be done once to each item or document.
TABLE = {
    "approve": ("approve", "approve", "item", None, True, True),
    "approve_multiple": ("approve", "approve", "document", None, True, True),
    "decline": ("approve", "approve", "item", None, True, True),
    "decline_all": ("approve", "approve", "document", None, True, True),
    "order_approved": ("approve", "approve", "document", None, True, True),
    "confirm_change": ("approve", "approve", "document", None, True, False),
    "choose": ("approve", "approve", "document", "messages_per_hour", "at times", False),
    "comment": ("comment", "look", "both", "messages_per_hour", False, False),
    "upload": ("upload", "look", "both", "uploads_per_hour", False, False),
    "send_link": ("upload", "look", "both", "uploads_per_hour", False, False),
    "change_request": ("change", "approve", "both", "messages_per_hour", False, False),
    "proof_points": ("change", "approve", "item", "messages_per_hour", False, False),
    "withdraw_change_request": ("change", "approve", "document", None, False, False),
    "invite": ("comment", "look", "document", "messages_per_hour", True, False),
    "pay": ("pay", "pay", "document", "payments_per_hour", True, False),
}


def test_the_rules_of_each_action():
    assert {action.name: rules_of(action) for action in registry.actions()} == TABLE


def rules_of(action):
    binds = action.binds if isinstance(action.binds, bool) else "at times"
    return (
        action.verb,
        action.needs_role,
        action.scope.value,
        action.limit,
        binds,
        action.has_receipt,
    )


def test_one_code_counts_for_all_approvals_and_for_nothing_else():
    shared = {action.name: action.shares_code for action in registry.actions()}
    both = ("approve", "approve_multiple")
    assert {name for name, names in shared.items() if names} == set(both)
    assert {shared[name] for name in both} == {both}


#: Fields of each form that may be left empty; all others have to be filled in. Which of them a
#: document asks for all the same is told by the tests of the action.
APPROVAL = {
    *("checklist_id", "checks", "chosen", "email", "name", "purchase_order_number", "shown"),
    *("signature_strokes", "terms_id", "version", "withdrawal_id"),
}
DECLINE = {"chosen", "email", "name", "reason", "shown", "withdrawal_id"}
OPTIONAL = {
    "approve": APPROVAL,
    "approve_multiple": APPROVAL,
    "decline": DECLINE,
    "decline_all": DECLINE,
    "order_approved": {"chosen", "email", "name", "shown", "version", "withdrawal_id"},
    "confirm_change": {"chosen", "email", "name", "version", "withdrawal_id"},
    "choose": {"chosen_before", "version"},
    "pay": {"fees", "hosted", "other_amount"},
}


def test_what_may_be_left_empty():
    for action in registry.actions():
        fields = action.form_class.base_fields.items()
        optional = {name for name, field in fields if not field.required}
        assert optional == OPTIONAL.get(action.name, set()), action.name


def test_every_text_has_an_end():
    """Those that have none are read by a rule of their own: a version, a key, strokes of a pen."""
    fields = [pair for a in registry.actions() for pair in a.form_class.base_fields.items()]
    endless = {
        name
        for name, field in fields
        if isinstance(field, forms.CharField) and not field.max_length
    }
    assert endless == {"version", "client_key", "proof", "signature_strokes"}
