"""What browsers get: the script, the card form's frame, the challenge, the Checkout page."""

import dataclasses
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import currencies, errors, hosted, payment_intents, payments
from .call import Call
from .templates import FOLDER, Html, as_script_data, language_of, render, texts

ASSETS = {
    "checkout.css": "text/css",
    "element.css": "text/css",
    "fields.js": "text/javascript",
    "element.js": "text/javascript",
    "challenge.css": "text/css",
    "challenge.js": "text/javascript",
}
SCRIPT = ("stripe_element.js", "stripe.js")
ELSEWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
# No form-action: a browser would hold the redirect back to the shop against it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'"
)


@dataclasses.dataclass
class Page:
    body: str
    status: int = 200
    kind: str = "text/html"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Visit:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    accept_language: str = ""


def visit_of(method: str, path: str, query: str, body: str, accept_language: str) -> Visit:
    """Raises ValueError on a body that is no form."""
    return Visit(
        method,
        path,
        dict(parse_qsl(query, keep_blank_values=True)),
        dict(parse_qsl(body, keep_blank_values=True, max_num_fields=100)),
        accept_language,
    )


def answer(call: Call, visit: Visit) -> Page:
    steps = visit.path.strip("/").split("/")
    match steps:
        case [""]:
            return Page("Stripe stand-in: test mode, no money moves.\n", kind="text/plain")
        case ["v3"] | [_, "stripe.js"]:
            return _script()
        case ["assets", name] if name in ASSETS:
            return _asset(name)
        case ["elements", "payment"]:
            return _element(visit)
        case ["3ds", intent_id]:
            return _challenge(call, visit, intent_id)
        case ["c", "pay", session_id]:
            return _checkout(call, visit, session_id)
        case ["c", "pay", session_id, "authenticate"]:
            return _checkout_challenge(call, visit, session_id)
    return _message(visit, "not_found", 404)


def _asset(name: str) -> Page:
    return Page((FOLDER / name).read_text(encoding="utf-8"), 200, ASSETS[name], ELSEWHERE)


def _script() -> Page:
    parts = "".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPT)
    whole = f'(() => {{\n"use strict";\n{parts}}})();\n'
    return Page(whole, 200, "text/javascript", ELSEWHERE)


def _html(body: str, status: int = 200, *, framed: bool = False) -> Page:
    policy = POLICY if framed else f"{POLICY}; frame-ancestors 'none'"
    return Page(body, status, headers={"Content-Security-Policy": policy})


def _redirect(url: str) -> Page:
    return Page("", 303, headers={"Location": url})


def _message(visit: Visit, text: str, status: int, back: str | None = None) -> Page:
    language = language_of(visit.accept_language)
    link = Html("")
    if back:
        link = render("back_link.html", language, url=back)
    message = texts(language)[text]
    return _html(render("message.html", language, message=message, link=link), status)


def _element(visit: Visit) -> Page:
    language = language_of(visit.query.get("locale"), visit.accept_language)
    data = as_script_data(texts(language))
    return _html(render("element.html", language, texts=data), framed=True)


def _challenge(call: Call, visit: Visit, intent_id: str) -> Page:
    """The bank's question, in the overlay or, after a redirect, as a page."""
    secret = visit.query.get("client_secret") or visit.form.get("client_secret", "")
    language = language_of(visit.accept_language)
    call.in_browser = True
    try:
        intent = payment_intents.retrieve(call, intent_id, {"client_secret": secret})
    except errors.ApiError:
        return _message(visit, "not_found", 404)
    back = _return_url(intent)
    if visit.method == "POST":
        intent = _authenticated(call, intent, visit.form.get("outcome") == "complete")
    if intent["status"] == "requires_action":
        return _html(_challenge_page(call, intent, language, secret), framed=not back)
    if back:
        return _redirect(with_outcome(back, intent))
    return _html(render("challenge_done.html", language), framed=True)


def _authenticated(call: Call, intent: dict[str, Any], passed: bool) -> dict[str, Any]:
    with call.store.transaction():
        try:
            return payments.authenticate(call, intent, passed)
        except errors.ApiError as error:
            return error.fields.get("payment_intent", intent)


def _challenge_page(call: Call, intent: dict[str, Any], language: str, secret: str) -> Html:
    return render(
        "challenge.html",
        language,
        amount=currencies.shown(intent["amount"], intent["currency"], language),
        secret=secret,
        shop=call.settings.shop,
    )


def _return_url(intent: dict[str, Any]) -> str | None:
    action = intent["next_action"] or {}
    return (action.get("redirect_to_url") or {}).get("return_url")


def with_outcome(url: str, intent: dict[str, Any]) -> str:
    """The return address with what Stripe appends to it."""
    parts = urlsplit(url)
    failed = intent["status"] in ("requires_payment_method", "canceled")
    outcome = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "failed" if failed else intent["status"],
    }
    query = f"{parts.query}&{urlencode(outcome)}".lstrip("&")
    return urlunsplit(parts._replace(query=query))


def _checkout(call: Call, visit: Visit, session_id: str) -> Page:
    with call.store.transaction():
        session = call.store.get("checkout.session", session_id)
        if done := _no_longer_open(visit, session):
            return done
        if visit.method != "POST":
            return _checkout_page(call, visit, session)
        try:
            intent = hosted.pay(call, session, visit.form)
        except errors.ApiError as error:
            return _checkout_page(call, visit, session, error)
        if intent["status"] == "requires_action":
            return _redirect(f"/c/pay/{session_id}/authenticate")
        return _redirect(hosted.success_url(session))


def _no_longer_open(visit: Visit, session: dict[str, Any] | None) -> Page | None:
    if not session:
        return _message(visit, "not_found", 404)
    if session["status"] == "expired":
        return _message(visit, "expired", 410, session["cancel_url"])
    if session["status"] == "complete":
        # Pay pressed twice: both arrive where the first one did.
        if visit.method == "POST":
            return _redirect(hosted.success_url(session))
        return _message(visit, "already_paid", 200, hosted.success_url(session))
    return None


def _checkout_page(
    call: Call,
    visit: Visit,
    session: dict[str, Any],
    error: errors.ApiError | None = None,
) -> Page:
    language = language_of(session["locale"], visit.accept_language)
    branding, currency = session["branding_settings"], session["currency"]
    colour, on_colour = _button_colours(branding["button_color"])
    items = call.store.private(session["id"])["line_items"]
    body = render(
        "checkout.html",
        language,
        amount=currencies.shown(session["amount_total"], currency, language),
        colour=colour,
        on_colour=on_colour,
        email=visit.form.get("email") or session["customer_email"] or "",
        name=visit.form.get("name", ""),
        shop=branding["display_name"],
        back=_part("back_link.html", language, url=session["cancel_url"]),
        error=_part("error.html", language, message=error and message_of(error, language)),
        items=Html("".join(_item(item, language) for item in items)),
        methods=_methods(visit, session, language),
        sepa=_sepa_fields(session, language),
    )
    return _html(body, 402 if error else 200)


def _button_colours(wish: str) -> tuple[str, str]:
    """The shop's colour, and black or white for the text on it."""
    colour = wish if re.fullmatch("#[0-9a-fA-F]{6}", wish) else "#0074d4"
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return colour, "#000" if red * 299 + green * 587 + blue * 114 > 150_000 else "#fff"


def _part(name: str, language: str, /, **values: Any) -> Html:
    """The part, where all that it shows is there."""
    return render(name, language, **values) if all(values.values()) else Html("")


def _item(item: dict[str, Any], language: str) -> Html:
    return render(
        "checkout_item.html",
        language,
        description=item["description"],
        quantity=item["quantity"],
        amount=currencies.shown(item["amount_total"], item["currency"], language),
    )


def _methods(visit: Visit, session: dict[str, Any], language: str) -> Html:
    chosen = visit.form.get("method", session["payment_method_types"][0])
    return Html(
        "".join(
            render(
                "checkout_method.html",
                language,
                kind=kind,
                label=texts(language)[kind],
                checked=Html(" checked") if kind == chosen else Html(""),
            )
            for kind in session["payment_method_types"]
        )
    )


def _sepa_fields(session: dict[str, Any], language: str) -> Html:
    if "sepa_debit" not in session["payment_method_types"]:
        return Html("")
    return render("checkout_sepa.html", language, shop=session["branding_settings"]["display_name"])


def message_of(error: errors.ApiError, language: str) -> str:
    """In the customer's language where there is one; else Stripe's sentence."""
    for name in (error.fields.get("decline_code"), error.fields.get("code")):
        if text := texts(language).get(f"error_{name}"):
            return text
    return str(error)


def _checkout_challenge(call: Call, visit: Visit, session_id: str) -> Page:
    with call.store.transaction():
        session = call.store.get("checkout.session", session_id)
        if done := _no_longer_open(visit, session):
            return done
        if not session["payment_intent"]:
            return _redirect(f"/c/pay/{session_id}")
        intent = payment_intents.retrieve(call, session["payment_intent"], {})
        language = language_of(session["locale"], visit.accept_language)
        if visit.method != "POST":
            if intent["status"] != "requires_action":
                return _redirect(f"/c/pay/{session_id}")
            return _html(_challenge_page(call, intent, language, ""))
        try:
            hosted.authenticate(call, session, visit.form.get("outcome") == "complete")
        except errors.ApiError as error:
            return _checkout_page(call, visit, session, error)
        return _redirect(hosted.success_url(session))
