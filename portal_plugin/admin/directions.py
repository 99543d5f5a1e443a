"""Words that staff write for customers may run the other way than the admin's own language."""

from django import forms


class EitherDirection:
    """A form whose fields for words follow the first letter that is typed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and isinstance(
                field.widget, forms.TextInput | forms.Textarea
            ):
                field.widget.attrs.setdefault("dir", "auto")
