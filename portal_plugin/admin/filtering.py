"""What the lists of estimates and orders can be narrowed to. The address is the saved view."""

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFromToRangeFilter, ModelChoiceFilter
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget

from .. import days
from ..models import Estimate, Order, Stage
from ..statuses import DocumentState, WaitingFor
from . import sites
from .choosing_days import WITHIN_REACH
from .forms import site_name
from .listing import SitesFilterSet

#: States that only an order, or only an estimate, can be in.
NOT_OF_ORDERS = {DocumentState.EXPIRED, DocumentState.CONVERTED, DocumentState.PARTLY_APPROVED}
NOT_OF_ESTIMATES = {DocumentState.COMPLETED}

#: Overdue is what has waited for the same side for longer than this …
WAITED = [
    ("3", _("Waits for more than 3 days")),
    ("7", _("Waits for more than a week")),
    ("14", _("Waits for more than 2 weeks")),
    ("30", _("Waits for more than 30 days")),
]
#: … or an order with a balance whose days to pay are over.
PAYMENT = "payment"

WORK_LISTS = [("ready", _("Ready to start")), ("unpaid", _("Unpaid"))]


class ShopsDays(DateRangeField):
    """By the shop's clock, as an export writes them, whatever clock staff have chosen."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields:
            field.validators = [*field.validators, *WITHIN_REACH]

    def compress(self, data_list):
        with days.shops_clock():
            return super().compress(data_list)


class ShopsDaysFilter(DateFromToRangeFilter):
    field_class = ShopsDays


class DocumentFilterSet(SitesFilterSet):
    listed_state = ChoiceFilter(label=_("State"), choices=DocumentState.choices)
    waiting_for = ChoiceFilter(label=_("Waiting for"), choices=WaitingFor.choices)
    overdue = ChoiceFilter(label=_("Overdue"), choices=WAITED, method="filter_overdue")
    customer = CharFilter(label=_("Customer"), method="filter_customer")
    responsible = ModelChoiceFilter(
        queryset=get_user_model().objects.none(), label=_("Responsible")
    )
    created_at = ShopsDaysFilter(label=_("Created"), widget=DateRangePickerWidget)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        visible = sites.bases_of(self.request.user, self._meta.model)
        theirs = visible.order_by().filter(responsible=OuterRef("pk"))
        self.filters["responsible"].queryset = get_user_model().objects.filter(Exists(theirs))

    def filter_overdue(self, queryset, name, value):
        if value == PAYMENT:
            return queryset.payment_overdue()
        return queryset.waiting_longer_than(int(value))

    def filter_customer(self, queryset, name, value):
        return queryset.of_customer(value)


class EstimateFilterSet(DocumentFilterSet):
    class Meta:
        model = Estimate
        fields = [
            "site",
            "listed_state",
            "waiting_for",
            "overdue",
            "customer",
            "responsible",
            "created_at",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _keep_states(self, NOT_OF_ESTIMATES)


class OrderFilterSet(DocumentFilterSet):
    worklist = ChoiceFilter(label=_("Work list"), choices=WORK_LISTS, method="filter_worklist")
    overdue = ChoiceFilter(
        label=_("Overdue"),
        choices=[*WAITED, (PAYMENT, _("Payment is overdue"))],
        method="filter_overdue",
    )

    class Meta:
        model = Order
        fields = [
            "site",
            "worklist",
            "listed_state",
            "waiting_for",
            "stage",
            "overdue",
            "customer",
            "responsible",
            "created_at",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        theirs = sites.of_user(self.request.user, Order).order_by().values("pk")
        stages = Stage.objects.filter(site__in=theirs).select_related("site")
        self.filters["stage"].queryset = stages
        if "site" in self.filters:
            self.filters["stage"].field.label_from_instance = _of_its_shop
        _keep_states(self, NOT_OF_ORDERS)

    def filter_worklist(self, queryset, name, value):
        return queryset.unpaid() if value == "unpaid" else queryset.ready_to_start()


def _of_its_shop(stage) -> str:
    """Every shop begins with stages of the same names."""
    return f"{stage} · {site_name(stage.site)}"


def _keep_states(filterset, without):
    chosen = [(value, label) for value, label in DocumentState.choices if value not in without]
    filterset.filters["listed_state"].extra["choices"] = chosen
