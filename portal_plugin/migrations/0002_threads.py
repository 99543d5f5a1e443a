from django.db import migrations, models


def fill(apps, schema_editor):
    """What was made before: an order of its estimate, the rest of an estimate of the first one."""
    document = apps.get_model("portal_plugin", "SalesDocument")
    order = apps.get_model("portal_plugin", "Order")
    sources = dict(order.objects.values_list("pk", "source_estimate"))
    first = {}
    known = {}
    for pk, family in document.objects.order_by("pk").values_list("pk", "family"):
        source = sources.get(pk) or first.get(family)
        first.setdefault(family, pk)
        known[pk] = [source, *known.get(source, [])] if source else []
        if known[pk]:
            document.objects.filter(pk=pk).update(ancestors=known[pk])


class Migration(migrations.Migration):
    dependencies = [("portal_plugin", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="salesdocument",
            name="ancestors",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
