"""Words that staff write for customers may run the other way than the admin's own language. What is
no language runs from the left in all of them."""

from django import forms

#: Besides what its kind of field says: numbers with spaces, codes, patterns.
FROM_THE_LEFT = frozenset(
    {
        "phone",
        "tax_number",
        "currency",
        "estimate_pattern",
        "order_pattern",
        "invoice_pattern",
        "credit_note_pattern",
    }
)
CODES = (forms.EmailInput, forms.URLInput, forms.PasswordInput)
WORDS = (forms.TextInput, forms.Textarea)


class EitherDirection:
    """A form whose fields for words follow the first letter that is typed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField):
                turn(field.widget, "ltr" if name in FROM_THE_LEFT else "auto")


def turn(widget, words="auto") -> None:
    """Gives the widget of a text its direction, ``words`` where the text is words."""
    if isinstance(widget, CODES):
        widget.attrs.setdefault("dir", "ltr")
    elif isinstance(widget, WORDS):
        widget.attrs.setdefault("dir", words)


def isolated(text: str) -> str:
    """Within a sentence that runs the other way, where no element can stand around it."""
    return f"\u2068{text}\u2069"
