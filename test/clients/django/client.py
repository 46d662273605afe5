"""Django: what inspectdb writes is loaded as it is, but for the views' keys, which it cannot know."""

import importlib
import io
import re

import django
from check import *
from django.conf import settings
from django.core.management import call_command

folder = os.environ["CLIENT_DIR"]
os.makedirs(os.path.join(folder, "training"), exist_ok=True)
open(os.path.join(folder, "training", "__init__.py"), "w").close()
sys.path.insert(0, folder)
options = {
    "USE_TZ": True,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "DATABASES": {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "OPTIONS": {"options": "-c search_path=achieve,public"},
        }
    },
    "INSTALLED_APPS": ["training"],
}
with open(os.path.join(folder, "training", "models.py"), "w") as file:
    file.write("from django.db import models\n")
settings.configure(**options)
django.setup()
source = io.StringIO()
call_command("inspectdb", include_views=True, stdout=source)
source = source.getvalue()
ok("Unable to inspect" not in source, "inspectdb reads every table and view", re.findall("# .*Unable.*\n.*", source))
guesses = re.findall(r"(\w+) = .*# This field type is a guess", source)
same(set(guesses), {"passing_rule", "award_rule"}, "it guesses the type of rules alone, and calls them text")
compile(source, "models.py", "exec")

# The first column of each view is its key.
source, keyed = re.subn(
    r"(class \w+\(models\.Model\):\n    \w+ = models\.\w+\()[^)]*(\)(?:(?!\nclass ).)*?# Created from a view)",
    r"\1primary_key=True\2",
    source,
    flags=re.S,
)
ok(keyed >= 9, "it finds the views", keyed)
with open(os.path.join(folder, "training", "models.py"), "w", encoding="utf-8") as file:
    file.write(source)
for model in list(django.apps.apps.all_models["training"]):
    del django.apps.apps.all_models["training"][model]
import training.models as models

importlib.reload(models)
from django.core import checks
from django.db import DatabaseError, connection, transaction

errors = [problem for problem in checks.run_checks() if problem.level >= checks.ERROR]
same(errors, [], "its models load, and Django's checks find no error")
Results, Achievements = models.ResultsTab, models.AchievementsTab

tab = Results.objects.filter(event_id=1).order_by("learner_id")
rows = list(tab.values_list(*RESULT_COLUMNS))
as_psql(rows, "results", "lists the Results tab")
typed(rows, RESULT_COLUMNS, "the Results tab's values have types of their own")
as_psql(tab.filter(outcome="passed", account_id=2).values_list(*RESULT_COLUMNS), "filtered", "filters by outcome and account")
same([row for skip in (0, 2, 4) for row in tab.values_list(*RESULT_COLUMNS)[skip : skip + 2]], rows, "pages by LIMIT and OFFSET")
found = []
while page := list(tab.filter(learner_id__gt=found[-1][2] if found else 0).values_list(*RESULT_COLUMNS)[:4]):
    found += page
same(found, rows, "pages by the last key seen")
same(Results.objects.get(pk="1:1").learner_name, "Anna Müller", "gets a row of a view by its key")
achievements = list(Achievements.objects.filter(event_id=1).order_by("row_key").values_list(*ACHIEVEMENT_COLUMNS))
as_psql(achievements, "achievements", "lists the Achievements tab")
typed(achievements, ACHIEVEMENT_COLUMNS, "its dates are dates, and no end is None")
as_psql(models.Event.objects.order_by("event_id").values_list("event_id", "code", "passing_rule"), "rules", "reads rules as text")
same(models.Learner.objects.select_related("account").get(pk=1).account.name, "Nordwind Energie GmbH", "follows foreign keys")

with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SELECT set_context(%s)", [NAME])
    event = models.Event.objects.get(pk=2)
    event.passing_rule = "ATTENDED>=2 or score(final)>=50"
    event.save(update_fields=["passing_rule"])
    cursor.execute(
        "INSERT INTO attendance (event_id, learner_id, session_no, status, note) VALUES (%s, %s, %s, %s, %s)", [2, 3, 2, "late", NAME]
    )
    same(Results.objects.get(event_id=2, learner_id=3).outcome, "passed", "a mark makes a learner pass at once")
    cursor.execute("SELECT set_result(%s, %s, %s, %s)", [1, 5, "passed", REASON])
entry = models.AuditTab.objects.get(event_id=1, learner_id=5, action="result.set")
same((entry.actor, entry.reason, type(entry.new_value), entry.occurred_at.tzinfo is not None), (NAME, REASON, dict, True), "reads the audit")
account = models.Account.objects.create(account_id=77, name="Made by Django")
same(models.Account.objects.get(pk=77).name, account.name, "creates an account")
try:
    with transaction.atomic():
        models.Event.objects.filter(pk=2).update(passing_rule="absense <= 2")
    error = None
except DatabaseError as caught:
    error = caught.__cause__
same(error and error.pgcode, "42601", "a bad rule is refused with a SQLSTATE")
done()
