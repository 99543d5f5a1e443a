"""What can be wrong with a pair of Stripe's keys; asked by the checks and by the admin's form."""

SECRET, PUBLISHABLE = "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"


def problem_of(secret: str, publishable: str) -> tuple[str, str]:
    """A word for the first thing that is wrong, and the key that it is about; the rest often
    follows from it. Words: ``missing``, ``swapped``, ``malformed``, ``modes``; two empty texts
    where nothing is wrong, also where there are no keys at all."""
    if not secret and not publishable:
        return "", ""
    if not secret or not publishable:
        return "missing", PUBLISHABLE if secret else SECRET
    if secret.startswith("pk_") or publishable.startswith(("sk_", "rk_")):
        return "swapped", SECRET
    for name, key, kinds in (
        (SECRET, secret, ("sk", "rk")),
        (PUBLISHABLE, publishable, ("pk",)),
    ):
        if not _is_key(key, kinds):
            return "malformed", name
    if mode_of(secret) != mode_of(publishable):
        return "modes", SECRET
    return "", ""


def mode_of(key: str) -> str:
    """``test``, ``live``, or whatever stands there."""
    return key.split("_")[1] if key.count("_") > 1 else ""


def masked(key: str) -> str:
    """Enough to tell it from another: ``sk_live_…4242``."""
    kind, _mark, rest = key.partition("_")
    mode, _mark, body = rest.partition("_")
    return f"{kind}_{mode}_…{body[-4:]}" if len(body) > 8 else f"{kind}_…"


def _is_key(key: str, kinds: tuple[str, ...]) -> bool:
    kind, _mark, rest = key.partition("_")
    mode, _mark, body = rest.partition("_")
    return kind in kinds and mode in ("test", "live") and bool(body.strip(".…xX* "))
