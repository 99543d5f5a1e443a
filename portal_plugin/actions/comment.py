"""Read the comments and write one, on the document or on one item."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import signals
from ..models import Comment as CommentRow
from ..registry import register_action
from .base import Action
from .forms import ActionForm, TextField, about_mistake
from .outcomes import Done


class CommentForm(ActionForm):
    text = TextField(
        label=gettext_lazy("Your comment"), missing=gettext_lazy("Write your comment first.")
    )


@register_action
class Comment(Action):
    name = "comment"
    label = gettext_lazy("View / Add Comments")
    title = gettext_lazy("Comments")
    submit_label = gettext_lazy("Send comment")
    verb = "comment"
    form_class = CommentForm
    limit = "messages_per_hour"

    def initial(self):
        return {"text": about_mistake(self)}

    def perform(self, form, submission):
        comment = CommentRow.objects.create(
            document_id=self.document.pk,
            item_key=self.item_key,
            text=form.cleaned_data["text"],
            link=self.visit.link,
            submission=submission,
            author_name=self.visit.name,
        )
        transaction.on_commit(
            lambda: signals.comment_added.send(
                sender=CommentRow, document=self.document, comment=comment
            ),
            robust=True,
        )
        return Done(_("Your comment was sent to the shop."), document=self.document)
