from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal_plugin", "0024_refunds_owed")]

    operations = [
        migrations.AddField(
            model_name="linktoken",
            name="ends_at",
            field=models.DateTimeField(blank=True, null=True),
        )
    ]
