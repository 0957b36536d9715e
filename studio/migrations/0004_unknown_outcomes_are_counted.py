from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("studio", "0003_providers_and_money"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(condition=models.Q(("state", "unknown")), fields=["generation"], name="attempt_unknown"),
        ),
    ]
