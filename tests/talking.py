"""More messages and files than any shop has on one document."""

import uuid

from portal_plugin.models import Attachment, Comment


def write_thousands(order, link, comments=10_000, files=2_000):
    keys = [item.key for item in order.lines]
    Comment.objects.bulk_create(
        Comment(
            document_id=order.pk,
            item_key=keys[number % len(keys)],
            link=link,
            text=f"Message {number}. When is it ready?",
        )
        for number in range(comments)
    )
    Attachment.objects.bulk_create(
        Attachment(
            document_id=order.pk,
            item_key=keys[number % len(keys)],
            link=link,
            public_id=uuid.uuid4(),
            name=f"artwork-{number}.pdf",
            content_type="application/pdf",
            size=3,
            digest=f"{number:064}",
            is_internal=False,
            check_state="clean",
            file="a.pdf",
        )
        for number in range(files)
    )
