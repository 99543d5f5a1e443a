"""The shop's own account: https://docs.stripe.com/api/accounts/object."""

from typing import Any

from . import lists
from .call import Call
from .payment_methods import NO_ADDRESS

STANDS_SINCE = 1_735_689_600  # 1 January 2025


def retrieve_own(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    account = call.settings.account
    return {
        "id": account,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "minority_owned_business_designation": None,
            "name": call.settings.shop,
            "product_description": None,
            "support_address": dict(NO_ADDRESS),
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": call.settings.country,
        "created": STANDS_SINCE,
        "default_currency": call.settings.currency,
        "details_submitted": True,
        "email": "shop@example.com",
        "external_accounts": lists.listed([], f"/v1/accounts/{account}/external_accounts"),
        "future_requirements": _nothing_required(),
        "metadata": {},
        "payouts_enabled": True,
        "requirements": _nothing_required(),
        "settings": _settings(call.settings.shop),
        "tos_acceptance": {"date": STANDS_SINCE, "ip": None, "user_agent": None},
        "type": "standard",
    }


def _nothing_required() -> dict[str, Any]:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def _settings(shop: str) -> dict[str, Any]:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": True, "cvc_failure": True},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": shop, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": {
            "statement_descriptor": shop.upper()[:22],
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }
