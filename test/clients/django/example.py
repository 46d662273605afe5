import os

import django
from django.conf import settings

settings.configure(
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "OPTIONS": {"options": "-c search_path=achieve,public"},
        }
    },
)
django.setup()
from django.db import connection, models, transaction


class ResultsRow(models.Model):  # as inspectdb --include-views has it, with the key that it cannot know
    row_key = models.TextField(primary_key=True)
    event_id = models.BigIntegerField()
    learner_id = models.BigIntegerField()
    learner_name = models.TextField()
    account_name = models.TextField(null=True)
    outcome = models.TextField()

    class Meta:
        app_label = "training"
        managed = False
        db_table = "results_tab"


with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SELECT set_context(%s)", ["Ingrid Solberg"])
    cursor.execute("INSERT INTO attendance (event_id, learner_id, session_no, status) VALUES (%s, %s, %s, %s)", [2, 1, 2, "present"])
for row in ResultsRow.objects.filter(event_id=1, outcome="passed").order_by("learner_id"):
    print(f"{row.learner_name}, {row.account_name}: {row.outcome}")
