"""What "all" means: every row that the list showed, by its filters and its search."""

from django.db.models import Q

from ...letters import sought
from ...models import SalesDocument


def of_the_list(request, rows):
    """Both are in the address; the filters are those of the site's own viewset, if it has one."""
    viewset, query = rows.model.snippet_viewset, request.GET
    filters = viewset.filterset_class(query, request=request)
    if filters.is_valid():
        rows = filters.filter_queryset(rows)
    text = sought(query.get("q", ""))
    if issubclass(rows.model, SalesDocument):
        return rows.search(text)
    if not text:
        return rows
    named = Q(*((f"{name}__icontains", text) for name in viewset.search_fields), _connector=Q.OR)
    return rows.filter(named).distinct()
