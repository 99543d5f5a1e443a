"""What a submission says of its person, as a digest that dies with the submission's own salt.

The history and the evidence hold the digest; the name, the address and the signature lie in the
row alone. Erasing the person deletes both the salt and the row's clear text.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Any

from ..canonical import canonical_bytes, digest, moment_text
from ..models import Submission, SubmissionSalt


def facts(submission: Submission) -> dict[str, Any]:
    """What an entry of the history keeps of a submission, made with it. The note stays when the
    person is erased, and so has a digest that stays."""
    salt, _made = SubmissionSalt.objects.get_or_create(
        submission=submission, defaults={"salt": secrets.token_hex(32)}
    )
    return {
        "submission": submission.pk,
        "sent": moment_text(submission.created_at),
        "said": said(submission, salt.salt),
        **note(submission),
    }


def note(submission: Submission) -> dict[str, str]:
    return {"note": digest(submission.note.encode())} if submission.note else {}


def said(submission: Submission, salt: str) -> str:
    """HMAC-SHA-256 of the canonical text, under the hexadecimal ``salt``."""
    return hmac.new(bytes.fromhex(salt), canonical(submission), sha256).hexdigest()


def canonical(submission: Submission) -> bytes:
    """The personal part, which is empty once the person was erased."""
    return canonical_bytes(
        {
            "name": submission.name,
            "email": submission.email,
            "signature": submission.signature,
            "strokes": submission.signature_strokes,
        }
    )


def is_empty(submission: Submission) -> bool:
    return not any(
        (submission.name, submission.email, submission.signature, submission.signature_strokes)
    )
