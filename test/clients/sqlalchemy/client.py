"""SQLAlchemy: reflects the schema, maps views and tables, writes and reads through objects."""

import warnings

from check import *
from sqlalchemy import MetaData, create_engine, func, inspect, select
from sqlalchemy.exc import DBAPIError, SAWarning
from sqlalchemy.orm import Session, declarative_base, relationship

engine = create_engine("postgresql+psycopg2://")
metadata = MetaData(schema="achieve")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    metadata.reflect(engine, views=True)
messages = [str(warning.message) for warning in caught if issubclass(warning.category, SAWarning)]
# The one type of our own; indexes on expressions and such are told of too.
unknown = {message for message in messages if "Did not recognize type" in message}
ok(all("'achieve.rule'" in message or "'rule'" in message for message in unknown), "reflects every column but rules with a known type", unknown)

inspector = inspect(engine)
tables = inspector.get_table_names("achieve")
views = inspector.get_view_names("achieve")
ok({"event", "enrollment", "result", "audit"} <= set(tables) and {"results_tab", "achievements_tab"} <= set(views), "sees tables and views")
keyless = {table for table in tables if not metadata.tables["achieve." + table].primary_key}
same(keyless, {"pending_evaluation"}, "every table has a primary key but the engine's own list")
ok(inspector.get_table_comment("event", "achieve")["text"], "reads comments")

Base = declarative_base(metadata=metadata)


results_tab = metadata.tables["achieve.results_tab"]
achievements_tab = metadata.tables["achieve.achievements_tab"]


class Event(Base):
    __table__ = metadata.tables["achieve.event"]
    enrollments = relationship("Enrollment", back_populates="event")


class Learner(Base):
    __table__ = metadata.tables["achieve.learner"]


class Enrollment(Base):
    __table__ = metadata.tables["achieve.enrollment"]
    event = relationship("Event", back_populates="enrollments")
    learner = relationship("Learner")
    marks = relationship("Attendance", order_by="Attendance.session_no", viewonly=True)


class Attendance(Base):
    __table__ = metadata.tables["achieve.attendance"]


class ResultsRow(Base):
    __table__ = results_tab
    __mapper_args__ = {"primary_key": [results_tab.c.row_key]}


class AchievementsRow(Base):
    __table__ = achievements_tab
    __mapper_args__ = {"primary_key": [achievements_tab.c.row_key]}


class AuditRow(Base):
    __table__ = metadata.tables["achieve.audit_tab"]
    __mapper_args__ = {"primary_key": [__table__.c.audit_id]}


def values(objects, columns):
    return [tuple(getattr(thing, column) for column in columns) for thing in objects]


with Session(engine) as session:
    tab = select(ResultsRow).filter_by(event_id=1).order_by(ResultsRow.learner_id)
    rows = values(session.scalars(tab), RESULT_COLUMNS)
    as_psql(rows, "results", "lists the Results tab")
    typed(rows, RESULT_COLUMNS, "the Results tab's values have types of their own")
    filtered = values(session.scalars(tab.filter_by(outcome="passed", account_id=2)), RESULT_COLUMNS)
    as_psql(filtered, "filtered", "filters by outcome and account")
    pages = [values(session.scalars(tab.limit(2).offset(skip)), RESULT_COLUMNS) for skip in (0, 2, 4)]
    same(sum(pages, []), rows, "pages by LIMIT and OFFSET")
    found = []
    while page := values(session.scalars(tab.where(ResultsRow.learner_id > (found[-1][2] if found else 0)).limit(4)), RESULT_COLUMNS):
        found += page
    same(found, rows, "pages by the last key seen")
    achievements = values(session.scalars(select(AchievementsRow).filter_by(event_id=1).order_by(AchievementsRow.row_key)), ACHIEVEMENT_COLUMNS)
    as_psql(achievements, "achievements", "lists the Achievements tab")
    typed(achievements, ACHIEVEMENT_COLUMNS, "its dates are dates, and no end is None")
    rules = values(session.scalars(select(Event).order_by(Event.event_id)), ["event_id", "code", "passing_rule"])
    as_psql(rules, "rules", "reads rules as text")
    enrollment = session.get(Enrollment, (1, 2))
    same(
        (enrollment.learner.name, enrollment.event.code, [mark.status for mark in enrollment.marks]),
        ("Bjørn O'Neill", "FA-1", ["present", "absent", "absent"]),
        "follows composite foreign keys",
    )
    session.rollback()

    session.execute(select(func.achieve.set_context(NAME)))
    session.get(Event, 2).passing_rule = "ATTENDED>=2 or score(final)>=50"
    session.add(Attendance(event_id=2, learner_id=3, session_no=2, status="late", note=NAME))
    session.flush()
    same(session.scalars(select(ResultsRow.outcome).filter_by(event_id=2, learner_id=3)).one(), "passed", "a mark makes a learner pass at once")
    session.execute(select(func.achieve.set_result(1, 5, "passed", REASON)))
    session.commit()
    entry = session.scalars(select(AuditRow).filter_by(event_id=1, learner_id=5, action="result.set")).one()
    same((entry.actor, entry.reason, type(entry.new_value), entry.occurred_at.tzinfo is not None), (NAME, REASON, dict, True), "reads the audit")
    session.rollback()

    new = Event(code="SA-1", title="Made here", starts_at="2027-05-01T08:00Z", ends_at="2027-05-02T08:00Z", passing_rule="attended >= 1")
    session.add(new)
    session.flush()
    session.refresh(new)
    ok(new.event_id > 2 and new.time_zone == "UTC" and new.status == "scheduled", "a new event gets its key and defaults", new.event_id)
    session.rollback()
    session.get(Event, 2).passing_rule = "absense <= 2"
    try:
        session.flush()
        error = None
    except DBAPIError as caught_error:
        error = caught_error.orig
    same(error and error.pgcode, "42601", "a bad rule is refused with a SQLSTATE")
    session.rollback()
done()
