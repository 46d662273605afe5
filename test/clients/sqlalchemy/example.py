from sqlalchemy import create_engine, func, select, MetaData, Table
from sqlalchemy.orm import Session, declarative_base

engine = create_engine("postgresql+psycopg2://")  # finds the server in PGHOST, PGUSER, PGDATABASE
Base = declarative_base(metadata=MetaData(schema="achieve"))


class Attendance(Base):
    __table__ = Table("attendance", Base.metadata, autoload_with=engine)


class ResultsRow(Base):  # a view: say what its key is
    __table__ = Table("results_tab", Base.metadata, autoload_with=engine)
    __mapper_args__ = {"primary_key": [__table__.c.row_key]}


with Session(engine) as session:
    session.execute(select(func.achieve.set_context("Ingrid Solberg")))
    session.add(Attendance(event_id=2, learner_id=1, session_no=2, status="present"))
    session.commit()
    rows = select(ResultsRow).filter_by(event_id=1, outcome="passed").order_by(ResultsRow.learner_id)
    for row in session.scalars(rows):
        print(f"{row.learner_name}, {row.account_name}: {row.outcome}")
