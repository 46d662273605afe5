"""Meetings: sessions write at the same moment, once for each enrollment.

Mixed load repairs its own errors, because a later write evaluates again. Here
nothing is written afterwards, so what a race leaves wrong stays wrong until it
is compared. Half of the sessions write under a snapshot from before.
"""
import random
import threading

from work import LISTED, Work, rule as random_rule
from world import RENEWED

LEVELS = ('READ COMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
# Marks, for the server's log, a transaction of one statement.
ALONE = '/* alone */ '
# One of those that may meet others in the other order: docs/design.md, "Locks".
WIDE = '/* alone, listed */ '
SESSIONS = 8

# Each of these is needed, and each comes from another session.
HOT_RULE = ('absences <= 0 and attended >= 2 and score(exam) >= 50 and completed(task) and condition(form) = 1'
            ' and invoiced and paid and holds(hot-first)')
HOT_FACTS = (
    ALONE + "INSERT INTO achieve.attendance VALUES ({e}, {l}, 1, 'present')",
    ALONE + "INSERT INTO achieve.attendance VALUES ({e}, {l}, 2, 'late')",
    ALONE + "INSERT INTO achieve.score VALUES ({e}, {l}, 'exam', 1, 50)",
    ALONE + "INSERT INTO achieve.completion (event_id, learner_id, code) VALUES ({e}, {l}, 'task')",
    ALONE + "INSERT INTO achieve.condition VALUES ({e}, {l}, 'form', 1)",
    ALONE + "UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id = {l}",
    ALONE + "SELECT achieve.award({p}, {l}, 'hot-first', 'by hand')",
    WIDE + "UPDATE achieve.enrollment SET status = 'active' WHERE event_id = {e} AND learner_id = {l}",
)


def build_hot(owner, event, first, learners):
    """An event whose learners lack everything, and the one that gives hot-first."""
    last = first + learners - 1
    owner.run(f"""
        INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (201, 'hot-first', 'First'), (202, 'hot', 'Hot') ON CONFLICT DO NOTHING;
        INSERT INTO achieve.learner (learner_id, name) SELECT n, 'Hot ' || n FROM generate_series({first}, {last}) AS n;
        INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES
            ({event - 1}, 'First', '2020-01-01', '2020-01-02', NULL), ({event}, 'Hot', '2020-01-01', '2020-01-02', '{HOT_RULE}');
        INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
            SELECT {event}, n, '2020-01-01 08:00', '2020-01-01 09:00' FROM generate_series(1, 2) AS n;
        INSERT INTO achieve.assessment (event_id, code) VALUES ({event}, 'exam');
        INSERT INTO achieve.requirement (event_id, code) VALUES ({event}, 'task');
        INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
            SELECT CASE code WHEN 'hot' THEN {event} ELSE {event - 1} END, achievement_type_id, CASE code WHEN 'hot' THEN 'passed'::achieve.rule END
            FROM achieve.achievement_type WHERE code IN ('hot', 'hot-first');
        INSERT INTO achieve.invoice (invoice_id, status) SELECT n, 'issued' FROM generate_series({first}, {last}) AS n;
        INSERT INTO achieve.enrollment (event_id, learner_id, status)
            SELECT {event} - k, n, CASE k WHEN 1 THEN 'active' ELSE 'reserved' END FROM generate_series({first}, {last}) AS n, generate_series(0, 1) AS k;
        INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount)
            SELECT {event}, n, n, 1, 10 FROM generate_series({first}, {last}) AS n;
        ANALYZE achieve.enrollment""")


class Meeter(threading.Thread):
    """Runs one statement of each list at the moment when all sessions do."""

    def __init__(self, rng, connect, statements, barrier, insist):
        super().__init__(daemon=True)
        self.rng, self.connection, self.barrier = rng, connect(), barrier
        self.statements, self.insist = statements, insist
        self.done = 0
        self.unexpected = []

    def run(self):
        try:
            for sql in self.statements:
                self.meet(sql)
        except Exception as problem:  # a thread's own exceptions vanish
            self.unexpected.append(f'{type(problem).__name__}: {problem}')
            self.barrier.abort()
        self.connection.close()

    def meet(self, sql):
        rng, connection = self.rng, self.connection
        level, late = rng.choice(LEVELS), rng.random() < 0.5
        connection.execute(f"SET achieve.evaluation = '{rng.choice(('statement', 'commit'))}'")
        mark = sql[:sql.find('*/') + 3] if sql.startswith('/*') else ''
        met = False
        while True:
            if late:  # a snapshot from before anybody wrote
                connection.execute(f'BEGIN ISOLATION LEVEL {level}; SELECT count(*) FROM achieve.due')
            else:
                connection.execute(f"SET default_transaction_isolation = '{level.lower()}'")
            if not met:
                self.barrier.wait(120)
                met = True
            result = connection.execute(sql)
            if late:
                result = connection.execute(mark + 'COMMIT') if result.state is None else result
                connection.execute('ROLLBACK')
            if result.state is None:
                self.done += 1
                return
            if result.state not in ('40001', '40P01') and (self.insist or result.state not in REFUSED):
                self.unexpected.append(f'{result.state} {result.message} {result.context} | {sql}')
            if result.state not in ('40001', '40P01') or not self.insist:
                return


def run_meeters(seed, connects, lists, insist):
    barrier = threading.Barrier(len(lists))
    meeters = [Meeter(random.Random(f'{seed}/{n}'), connects[n % len(connects)], statements, barrier, insist)
               for n, statements in enumerate(lists)]
    for meeter in meeters:
        meeter.start()
    for meeter in meeters:
        meeter.join()
    return sum(meeter.done for meeter in meeters), [line for meeter in meeters for line in meeter.unexpected]


def run_hot(test, seed, connects, owner, event, learners):
    """All sessions meet at each learner once; returns the number of writes."""
    first = event * 1000
    build_hot(owner, event, first, learners)
    lists = [[fact.format(e=event, p=event - 1, l=learner) for learner in range(first, first + learners)] for fact in HOT_FACTS]
    done, unexpected = run_meeters(f'{seed}/hot/{event}', connects, lists, insist=True)
    right = int(owner.value(
        f"SELECT count(*) FROM achieve.result r JOIN achieve.achievement a USING (event_id, learner_id)"
        f" WHERE event_id = {event} AND r.outcome = 'passed' AND a.revoked_at IS NULL"))
    test.ok(right == learners and learners > 0 and not unexpected,
            f'{right} of {learners} learners whom {len(HOT_FACTS)} sessions met once have what they earned', unexpected)
    return done


# A cell: an event that gives types 1 and 2 and one that reads them and gives 15
# and 16, two learners, two invoices, and facts of every kind.
CELLS = """
INSERT INTO achieve.learner (learner_id, name) SELECT {first} + n, 'Cell' FROM generate_series(0, 2 * {count} - 1) AS n;
INSERT INTO achieve.invoice (invoice_id, status) SELECT {first} + n, (ARRAY['issued', 'issued', 'paid', 'draft'])[1 + n % 4] FROM generate_series(0, 2 * {count} - 1) AS n;
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
	SELECT {first} + n, 'Cell', '2020-01-01', '2020-02-01', (ARRAY[{rules}])[1 + n]::achieve.rule FROM generate_series(0, 2 * {count} - 1) AS n;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT {first} + n, s, '2020-01-02', '2020-01-03' FROM generate_series(0, 2 * {count} - 1) AS n, generate_series(1, 3) AS s;
INSERT INTO achieve.assessment (event_id, code, max_score, max_attempts) SELECT {first} + n, 's' || s, 70, 2
	FROM generate_series(0, 2 * {count} - 1) AS n, generate_series(1, 2) AS s;
INSERT INTO achieve.requirement (event_id, code) SELECT {first} + n, 'q' || s FROM generate_series(0, 2 * {count} - 1) AS n, generate_series(1, 2) AS s;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT {first} + n, t, (ARRAY['passed', 'passed and paid', 'not failed', 'passed and approved'])[1 + (n + t) % 4]::achieve.rule
	FROM generate_series(0, 2 * {count} - 1) AS n, LATERAL unnest(CASE n % 2 WHEN 0 THEN ARRAY[1, 2, {renewed}] ELSE ARRAY[15, 16, {renewed}] END) AS t;
INSERT INTO achieve.enrollment (event_id, learner_id, status)
	SELECT {first} + n, {first} + n / 2 * 2 + l, CASE WHEN (n * 7 + l) % 5 > 0 THEN 'active' ELSE 'reserved' END
	FROM generate_series(0, 2 * {count} - 1) AS n, generate_series(0, 1) AS l;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
	SELECT event_id, learner_id, s, (ARRAY['present', 'absent', 'late', 'excused'])[1 + (event_id * 5 + learner_id * 3 + s) % 4]
	FROM achieve.enrollment, generate_series(1, 3) AS s WHERE event_id BETWEEN {first} AND {first} + 2 * {count} AND (event_id + learner_id + s) % 3 > 0;
INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT event_id, learner_id, 's1', (event_id * 13 + learner_id * 7) % 70
	FROM achieve.enrollment WHERE event_id BETWEEN {first} AND {first} + 2 * {count};
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount)
	SELECT event_id, learner_id, {first} + (event_id - {first}) / 2 * 2 + (event_id + learner_id) % 2, 1, 10
	FROM achieve.enrollment WHERE event_id BETWEEN {first} AND {first} + 2 * {count};
"""
# What is about more than a cell, or forgets its past.
NOT_IN_CELLS = ('bulk_scores', 'truncate', 'sync', 'unenroll', 'deliver', 'run_due')
# What random work may be answered with: wrong states, wrong keys.
REFUSED = ('23503', '23505', '23514', '55000', '22023', '42501')


def run_cells(test, seed, connects, owner, first, cells):
    """All sessions meet in each cell once, with random statements; returns the
    number that succeeded. The comparison afterwards shows what is wrong."""
    rng = random.Random(f'{seed}/cells/{first}')
    rules = ', '.join("'" + random_rule(rng, 1 if n % 2 == 0 else 8) + "'" for n in range(2 * cells))
    owner.run(CELLS.format(first=first, count=cells, rules=rules, renewed=RENEWED))
    lists = []
    for n in range(SESSIONS):
        statements = []
        for cell in range(first, first + 2 * cells, 2):
            work = Work(rng, [(cell, 1), (cell + 1, 8)], (cell, cell + 1), (cell, cell + 1), NOT_IN_CELLS)
            group, sql = work.statement()
            statements.append((WIDE if group == LISTED else ALONE) + sql)
        lists.append(statements)
    done, unexpected = run_meeters(f'{seed}/cells/{first}', connects, lists, insist=False)
    test.ok(not unexpected and done > 2 * cells, f'{done} random statements in {cells} cells, where {SESSIONS} sessions met once', unexpected)
    return done
