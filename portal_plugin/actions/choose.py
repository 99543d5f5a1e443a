"""Choose options, and one of several alternatives: the total follows, and all is approved then."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import NotAvailable, OrderChanged
from ..models import PortalSettings
from ..money import format_money
from ..registry import register_action
from ..services import choosing, deciding
from ..statuses import ItemState, LinkRole
from .approving import ShownVersionMixin, shown_version
from .base import Action, Scope
from .forms import ActionForm
from .outcomes import Done


class Priced(forms.RadioSelect):
    """Alternatives, each with what it adds to the total, by the key of its item."""

    def __init__(self, worth, **kwargs):
        super().__init__(**kwargs)
        self.worth = worth

    def create_option(self, name, value, *args, **kwargs):
        return super().create_option(name, value, *args, **kwargs) | {"worth": self.worth[value]}


class ChooseForm(ShownVersionMixin, ActionForm):
    """One box for each option, one row of round ones for each group of alternatives."""

    chosen_before = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        document = self.document
        prices = _prices(document)
        # As a script reads numbers.
        worth = {str(key): f"{amount:f}" for key, amount in document.worth_in_total().items()}
        for place, (name, items) in enumerate(document.alternatives.items()):
            self.fields[f"group_{place}"] = forms.ChoiceField(
                label=name,
                choices=[(str(item.key), _label(item, prices)) for item in items],
                widget=Priced(worth),
                initial=next(str(i.key) for i in items if i.key in document.counted_keys),
            )
        for item in document.options:
            self.fields[f"option_{item.key}"] = forms.BooleanField(
                label=_label(item, prices),
                required=False,
                initial=item.key in document.counted_keys,
                widget=forms.CheckboxInput({"data-amount": worth[str(item.key)]}),
            )

    def chosen(self) -> dict:
        """Item key to whether it is chosen, for everything that can be. Of alternatives keys tell
        it, not places: groups may have changed those between the look at the form and the lock."""
        data, document = self.cleaned_data, self.document
        found = {item.key: data[f"option_{item.key}"] for item in document.options}
        picked = {value for name, value in data.items() if name.startswith("group_")}
        for items in document.alternatives.values():
            found |= {item.key: str(item.key) in picked for item in items}
        return found


def _label(item, prices) -> str:
    """Name and price in the order of the page, in whichever script the name is."""
    return f"\N{FIRST STRONG ISOLATE}{item.name}\N{POP DIRECTIONAL ISOLATE} · {prices[item.key]}"


def _prices(document) -> dict:
    """Item key to what it costs with tax, in the document's language."""
    currency = document.totals.currency
    pairs = zip(document.lines, document.totals.lines, strict=True)
    return {i.key: format_money(sums.gross, currency, document.language) for i, sums in pairs}


@register_action
class Choose(Action):
    name = "choose"
    label = gettext_lazy("Choose options")
    title = gettext_lazy("Choose options")
    submit_label = gettext_lazy("Save my choice")
    verb = "approve"
    scope = Scope.DOCUMENT
    form_class = ChooseForm
    needs_role = LinkRole.APPROVE
    limit = "messages_per_hour"

    @property
    def binds(self):
        """Where something is approved a choice may be all that was missing for the order."""
        return bool(self.document.standing.keys(ItemState.APPROVED))

    @property
    def at_stake(self):
        """With everything that could be chosen: the total of now is about another choice."""
        totals = self.document.totals
        return max(totals.total, totals.of_all_lines)

    def bound_to(self, form):
        return {str(key): is_chosen for key, is_chosen in form.chosen().items()}

    def is_available(self):
        document = self.document
        return self.is_allowed and document.is_estimate and document.has_choices

    def initial(self):
        mark = choosing.mark(self.document)
        return {"version": shown_version(self.document), "chosen_before": mark}

    def context(self, form):
        """``may_order``: whether a choice can be all that was missing for the order. ``rest`` is
        what the total has besides what can be chosen, for the script that adds up what is ticked.
        """
        document, worth = self.document, self.document.worth_in_total()
        chosen = sum(
            worth[item.key]
            for item in document.lines
            if item.is_choice and item.key in document.counted_keys
        )
        return {
            "may_order": self._may_order,
            "rest": f"{document.totals.total - chosen:f}",
            "currency": document.totals.currency,
            "is_exact": document.adds_up_by_item,
        }

    def untick(self, data, error):
        """What the page did not show as it is stands as it is now, until somebody has seen it."""
        for key in error.changes:
            data[f"option_{key}"] = "on"
        if isinstance(error, OrderChanged):
            self._as_it_stands(data)

    def _as_it_stands(self, data):
        """Every tick as somebody else has set it meanwhile."""
        for name, field in self.form().fields.items():
            if name.startswith(("group_", "option_")):
                data.pop(name, None)
                if field.initial:
                    data[name] = field.initial if name.startswith("group_") else "on"

    def perform(self, form, submission):
        if choosing.is_other(self.document, form.cleaned_data["chosen_before"]):
            raise OrderChanged(
                _("Somebody chose something else meanwhile. Here is how it stands now.")
            )
        choosing.refuse_unseen(self.document, form.cleaned_data["version"])
        self.rows = choosing.choose(self.document, form.chosen(), submission)
        if self._sells_to_consumers and deciding.makes_order(self.document):
            raise NotAvailable(
                _(
                    "With this choice nothing is left to approve, and the order would be made. "
                    "Please approve or decline what still waits for you instead: there you read "
                    "what you order."
                )
            )
        order = deciding.settle(self.document)
        if order is not None:
            text = _("Thank you. Your choice is saved, and the rest was approved: it is an order.")
            return Done(text, document=order)
        total = format_money(
            self.document.totals.total, self.document.totals.currency, self.document.language
        )
        text = _("Thank you. Your choice is saved. The total is %(total)s now.")
        return Done(text % {"total": total}, document=self.document)

    @property
    def _sells_to_consumers(self):
        """A button that only saves a choice obliges no consumer to pay."""
        return PortalSettings.of(self.document.site).sells_to_consumers

    @property
    def _may_order(self):
        is_staffs = deciding.staff_convert(self.document)
        return self.binds and not self._sells_to_consumers and not is_staffs

    def history_facts(self, submission):
        """Each tick that became another one, so that no row of it can be taken out unseen."""
        return {"chose": choosing.kept_of(self.rows)}

    def facts(self, form):
        names = [key for key, is_chosen in form.chosen().items() if is_chosen]
        return {"items": sorted(str(key) for key in names)}
