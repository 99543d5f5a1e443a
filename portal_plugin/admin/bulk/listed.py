"""What "all" means: every row that the list showed, by its filters and its search."""

from ..listing import narrowed


def of_the_list(request, rows):
    """Both are in the address; the filters are those of the site's own viewset, if it has one."""
    viewset, query = rows.model.snippet_viewset, request.GET
    filters = viewset.filterset_class(query, request=request)
    return narrowed(filters, rows).search(query.get("q", ""))
