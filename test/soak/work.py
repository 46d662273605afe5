"""Random statements, the same ones for the same seed.

Every choice is made from the generator that is given, never from what the
database answers, so a session's statements depend on the seed alone.
"""
from world import EVENTS, FORGETFUL, INVOICES, LEARNERS, RENEWED, SESSIONS

REASON = "'by hand'"

# Statement groups: about one enrollment, about many, and those that
# docs/design.md lists under "Locks": the only ones of which a transaction of one
# statement can end in a deadlock with others.
ONE, MANY, LISTED = 'one', 'many', 'listed'


def comparison(rng):
    forms = (
        lambda: f"absences <= {rng.choice(['0', '1', '1.5', '2'])}",
        lambda: f"attendance {rng.choice(['>=', '>', '<', '='])} {rng.choice([25, 33.3, 50, 75, 100])}",
        lambda: f"attended + {rng.choice(['0.5', '0.8'])} * excused >= {rng.choice(['0.5', '0.75'])} * sessions",
        lambda: f"absences + 0.5 * lates <= {rng.choice(['0.2', '0.4'])} * sessions",
        lambda: f"lates {rng.choice(['=', '<>', '<'])} {rng.randint(0, 2)}",
        lambda: f"attended - absences > {rng.randint(-1, 2)}",
        lambda: f"attendance - 10 * lates >= {rng.choice([20, 40.5])}",
        lambda: f"hours_attended >= {rng.choice(['0.5', '0.25'])} * hours",
        lambda: f"score(s{rng.randint(1, 2)}) {rng.choice(['>=', '>=', '<'])} {rng.choice([40, 50, '57.142857', 60])}",
        lambda: f"score(s1) - 2 * lates < score(s2) + {rng.randint(0, 30)}",
        lambda: f"mean_score >= {rng.choice([30, 45, '62.5'])}",
        lambda: f"completion >= {rng.choice([50, 100])}",
        lambda: f"balance <= {rng.choice([0, 10, '12.5'])}",
        lambda: f"condition(c{rng.randint(1, 2)}) {rng.choice(['>', '=', '<='])} {rng.randint(0, 3)}",
        lambda: f"sessions {rng.choice(['>=', '='])} {rng.randint(1, SESSIONS)}",
    )
    return rng.choice(forms)()


def flag(rng, event):
    choices = ['paid', 'invoiced', 'ended', 'completed(q1)', 'completed(q2)', 'condition(c1)', 'score(s3) >= 1', 'completed(q9)']
    choices += [f't{n}' for n in range(1, 2 * event - 1)] * 2
    chosen = rng.choice(choices)
    return f'holds({chosen})' if chosen[0] == 't' else chosen


def rule(rng, event, depth=2):
    """A rule that reads nothing which this event or a later one issues."""
    kind = rng.random()
    if depth == 0 or kind < 0.35:
        return comparison(rng) if rng.random() < 0.6 else flag(rng, event)
    parts = [rule(rng, event, depth - 1) for _ in range(rng.randint(2, 3))]
    if kind < 0.6:
        return '(' + ' and '.join(parts) + ')'
    if kind < 0.8:
        return '(' + ' or '.join(parts) + ')'
    if kind < 0.9:
        return f"not ({parts[0]})"
    return f"at least {rng.randint(1, len(parts))} of ({', '.join(parts)})"


def award_rule(rng, event):
    chosen = rng.random()
    if chosen < 0.5:
        return rng.choice(['passed', 'passed and paid', 'passed and approved', 'not failed and attended >= 1', 'failed'])
    return f"{rng.choice(['passed and', 'passed or', 'not passed and'])} {rule(rng, event, 1)}"


class Work:
    """The statements of one session.

    events are pairs: an event, and as which event of world.py it is meant
    (that says which types it issues, and which its rules may read).
    """

    def __init__(self, rng, events=None, learners=range(1, LEARNERS + 1), invoices=range(1, INVOICES + 1), without=()):
        self.rng = rng
        self.events = events or [(n, n) for n in range(1, EVENTS + 1)]
        self.learners, self.invoices = learners, invoices
        self.kinds = [(weight, group, getattr(self, name)) for name, weight, group in self.KINDS if name not in without]
        self.weights = [kind[0] for kind in self.kinds]

    KINDS = (
        ('mark', 22, ONE), ('mark_again', 8, ONE), ('unmark', 5, ONE), ('move_mark', 1, ONE),
        ('score', 8, ONE), ('rescore', 5, ONE), ('unscore', 3, ONE),
        ('complete', 4, ONE), ('uncomplete', 2, ONE), ('condition', 4, ONE), ('no_condition', 2, ONE),
        ('invoice', 4, MANY), ('line', 4, ONE), ('pay_line', 4, ONE), ('no_line', 1, ONE),
        ('set_result', 3, ONE), ('clear_result', 3, ONE), ('approve', 3, ONE), ('withdraw', 1, ONE),
        ('award', 2, ONE), ('revoke', 2, ONE), ('reinstate', 2, ONE), ('amend', 1, ONE),
        ('register', 4, MANY), ('correct_register', 2, MANY), ('bulk_scores', 1, MANY),
        ('passing_rule', 2, MANY), ('award_rule', 2, MANY), ('session', 2, MANY), ('add_session', 1, MANY), ('drop_session', 1, MANY),
        ('assessment', 1, MANY), ('requirement', 1, MANY), ('drop_requirement', 1, MANY),
        ('close', 1, ONE), ('reopen', 4, ONE), ('finalize', 0.7, ONE), ('event_status', 1, MANY), ('schedule', 4, MANY),
        ('approve_all', 1, ONE), ('evaluate_event', 1, ONE), ('run_due', 1, ONE), ('read_tabs', 1, ONE), ('preview', 1, ONE),
        ('sync', 1, LISTED), ('times', 1, MANY), ('certificates', 1, ONE), ('deliver', 1, ONE), ('truncate', 0.1, LISTED),
        ('enroll', 3, ONE), ('enrollment', 4, LISTED), ('transfer', 1, ONE), ('unenroll', 1, LISTED),
    )

    def statement(self, wide=False):
        """(group, SQL); wide: one that is about all of an event."""
        while True:
            _, group, make = self.rng.choices(self.kinds, self.weights)[0]
            if not wide or group == MANY:
                break
        self.event, self.role = self.rng.choice(self.events)
        self.learner = self.rng.choice(self.learners)
        self.key = f'({self.event}, {self.learner}'
        self.at = f'WHERE event_id = {self.event} AND learner_id = {self.learner}'
        return group, make()

    def status(self):
        return self.rng.choice(("'present'", "'present'", "'late'", "'excused'", "'absent'"))

    def session_no(self):
        return self.rng.randint(1, SESSIONS)

    def mark(self):
        return (f"INSERT INTO achieve.attendance VALUES {self.key}, {self.session_no()}, {self.status()})"
                " ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = EXCLUDED.status")

    def mark_again(self):
        return f"UPDATE achieve.attendance SET status = {self.status()} {self.at} AND session_no = {self.session_no()}"

    def unmark(self):
        return f"DELETE FROM achieve.attendance {self.at} AND session_no = {self.session_no()}"

    def move_mark(self):
        return (f"UPDATE achieve.attendance SET learner_id = {self.rng.choice(self.learners)} {self.at}"
                f" AND session_no = {self.session_no()}")

    def code(self):
        return f"'s{self.rng.randint(1, 2)}'"

    def score(self):
        return (f"INSERT INTO achieve.score VALUES {self.key}, {self.code()}, {self.rng.randint(1, 2)}, {self.rng.choice((10, 22.5, 40, 55, 70))})"
                " ON CONFLICT (event_id, learner_id, code, attempt) DO UPDATE SET score = EXCLUDED.score")

    def rescore(self):
        return f"UPDATE achieve.score SET score = {self.rng.choice((0, 20, 35, 61.5))} {self.at} AND code = {self.code()} AND attempt = 1"

    def unscore(self):
        return f"DELETE FROM achieve.score {self.at} AND code = {self.code()} AND attempt = {self.rng.randint(1, 2)}"

    def complete(self):
        return (f"INSERT INTO achieve.completion (event_id, learner_id, code, completed_at, waived) VALUES {self.key}, 'q{self.rng.randint(1, 2)}',"
                f" {self.rng.choice(('now()', 'NULL'))}, {self.rng.choice(('true', 'false'))})"
                " ON CONFLICT (event_id, learner_id, code) DO UPDATE SET completed_at = EXCLUDED.completed_at, waived = EXCLUDED.waived")

    def uncomplete(self):
        return f"DELETE FROM achieve.completion {self.at} AND code = 'q{self.rng.randint(1, 2)}'"

    def condition(self):
        return (f"INSERT INTO achieve.condition VALUES {self.key}, 'c{self.rng.randint(1, 2)}', {self.rng.randint(0, 3)})"
                " ON CONFLICT (event_id, learner_id, name) DO UPDATE SET value = EXCLUDED.value")

    def no_condition(self):
        return f"DELETE FROM achieve.condition {self.at} AND name = 'c{self.rng.randint(1, 2)}'"

    def invoice(self):
        return (f"UPDATE achieve.invoice SET status = '{self.rng.choice(('draft', 'issued', 'issued', 'paid', 'void'))}'"
                f" WHERE invoice_id = {self.rng.choice(self.invoices)}")

    def line(self):
        return (f"INSERT INTO achieve.invoice_line VALUES {self.key}, {self.rng.choice(self.invoices)}, {self.rng.randint(1, 2)},"
                f" {self.rng.choice((10, 20, 35.5))}, {self.rng.choice((0, 10, 20))}) ON CONFLICT DO NOTHING")

    def pay_line(self):
        return (f"UPDATE achieve.invoice_line SET amount_paid = amount - {self.rng.choice((0, 0, 5, 12.5))} {self.at}"
                f" AND line_no = {self.rng.randint(1, 2)} AND invoice_id = {self.rng.choice(self.invoices)}")

    def no_line(self):
        return f"DELETE FROM achieve.invoice_line {self.at} AND invoice_id = {self.rng.choice(self.invoices)}"

    def set_result(self):
        return f"SELECT achieve.set_result{self.key}, '{self.rng.choice(('passed', 'passed', 'failed', 'pending'))}', {REASON})"

    def clear_result(self):
        return f"SELECT achieve.clear_result{self.key}, {REASON})"

    def approve(self):
        return f"SELECT achieve.approve_results({self.event}, ARRAY[{self.learner}]::bigint[], {REASON})"

    def approve_all(self):
        return f"SELECT achieve.approve_results({self.event}, NULL, {REASON})"

    def withdraw(self):
        return f"SELECT achieve.withdraw_approval({self.event}, ARRAY[{self.learner}]::bigint[], {REASON})"

    def type_id(self):
        return self.rng.choice((2 * self.role - 1, 2 * self.role, RENEWED))

    def award(self):
        n = self.type_id()
        code = 'renewed' if n == RENEWED else f't{n}'
        dates = self.rng.choice(('', ", '2020-01-01', '2990-01-01'", ", '2019-01-01', '2020-01-01'", ", '2980-01-01', '2990-01-01'"))
        return f"SELECT achieve.award{self.key}, '{code}', {REASON}{dates})"

    def of_record(self, call):
        return (f"SELECT achieve.{call} FROM achieve.achievement {self.at} AND achievement_type_id = {self.type_id()}"
                " ORDER BY achievement_id DESC LIMIT 1")

    def revoke(self):
        return self.of_record(f'revoke(achievement_id, {REASON})')

    def reinstate(self):
        return self.of_record(f'reinstate(achievement_id, {REASON})')

    def amend(self):
        dates = self.rng.choice(("'2020-01-01', NULL", "'2020-01-01', '2990-01-01'", "'2018-01-01', '2019-01-01'"))
        return self.of_record(f'amend_achievement(achievement_id, {dates}, {REASON})')

    def register(self):
        return (f"INSERT INTO achieve.attendance SELECT event_id, learner_id, {self.session_no()}, {self.status()} FROM achieve.enrollment"
                f" WHERE event_id = {self.event} ORDER BY learner_id ON CONFLICT DO NOTHING")

    def correct_register(self):
        return f"UPDATE achieve.attendance SET status = {self.status()} WHERE event_id = {self.event} AND session_no = {self.session_no()}"

    def bulk_scores(self):
        return (f"INSERT INTO achieve.score SELECT event_id, learner_id, {self.code()}, 1, (learner_id * {self.rng.randint(1, 9)}) % 70"
                " FROM achieve.enrollment ORDER BY event_id, learner_id ON CONFLICT DO NOTHING")

    def passing_rule(self):
        text = 'NULL' if self.rng.random() < 0.05 else "'" + rule(self.rng, self.role) + "'"
        return f"UPDATE achieve.event SET passing_rule = {text} WHERE event_id = {self.event}"

    def award_rule(self):
        return (f"UPDATE achieve.event_achievement SET award_rule = '{award_rule(self.rng, self.role)}',"
                f" active = {self.rng.choice(('true', 'true', 'true', 'false'))}, on_lapse = '{self.rng.choice(('revoke', 'revoke', 'keep'))}'"
                f" WHERE event_id = {self.event} AND achievement_type_id = {2 * self.role - self.rng.randint(0, 1)}")

    def session(self):
        return (f"UPDATE achieve.session SET required = {self.rng.choice(('true', 'true', 'false'))},"
                f" cancelled = {self.rng.choice(('false', 'false', 'true'))} WHERE event_id = {self.event} AND session_no = {self.session_no()}")

    def add_session(self):
        return (f"INSERT INTO achieve.session VALUES ({self.event}, {self.session_no()}, 'x', '2020-01-0{self.rng.randint(1, 9)} 23:30+00',"
                " '2020-01-10 00:15+00') ON CONFLICT DO NOTHING")

    def drop_session(self):
        return f"DELETE FROM achieve.session WHERE event_id = {self.event} AND session_no = {self.session_no()}"

    def assessment(self):
        return (f"UPDATE achieve.assessment SET attempt_choice = '{self.rng.choice(('highest', 'latest', 'first', 'mean'))}',"
                f" weight = {self.rng.choice((0, 1, 1.5, 2))}, max_attempts = {self.rng.choice(('1', '2', '3', 'NULL'))}"
                f" WHERE event_id = {self.event} AND code = {self.code()}")

    def requirement(self):
        return f"INSERT INTO achieve.requirement VALUES ({self.event}, 'q{self.rng.randint(1, 2)}') ON CONFLICT DO NOTHING"

    def drop_requirement(self):
        return f"DELETE FROM achieve.requirement WHERE event_id = {self.event} AND code = 'q2'"

    def close(self):
        return f"SELECT achieve.close_event({self.event}, {REASON})"

    def reopen(self):
        return f"SELECT achieve.reopen_event({self.event}, {REASON})"

    def finalize(self):
        return f"SELECT achieve.finalize_event({self.event}, {REASON})"

    def event_status(self):
        return f"UPDATE achieve.event SET status = '{self.rng.choice(('scheduled', 'scheduled', 'closed', 'cancelled'))}' WHERE event_id = {self.event}"

    def schedule(self):
        return f"UPDATE achieve.event SET status = 'scheduled' WHERE event_id = {self.event} AND status IN ('closed', 'cancelled')"

    def evaluate_event(self):
        return f"SELECT * FROM achieve.evaluate_event({self.event})"

    def run_due(self):
        return "SELECT achieve.run_due()"

    def read_tabs(self):
        return self.rng.choice((
            f"SELECT count(*), (SELECT count(*) FROM achieve.achievements_tab WHERE event_id = {self.event})"
            f" FROM achieve.results_tab WHERE event_id = {self.event}",
            f"SELECT * FROM achieve.explain_result{self.key})",
            f"SELECT achieve.facts{self.key})",
            f"SELECT * FROM achieve.results_as_of({self.event}, now())",
            f"SELECT length(achieve.event_report({self.event}))",
            f"SELECT count(*) FROM achieve.learner_record WHERE learner_id = {self.learner}",
            "SELECT count(*) FROM achieve.rule_problems"))

    def preview(self):
        return 'SELECT count(*) FROM achieve.' + self.rng.choice((
            f"preview_rule({self.event}, '{rule(self.rng, self.role)}')",
            f"preview_result{self.key}, '{self.rng.choice(('passed', 'failed'))}')",
            f"preview_event({self.event})", "preview_template('course')"))

    def sync(self):
        return f"SELECT achieve.sync_event({self.rng.randint(1, 4)})"

    def times(self):
        return (f"UPDATE achieve.event SET ends_at = timestamptz '{self.rng.choice((2020, 2990))}-02-01',"
                f" time_zone = '{self.rng.choice(('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'))}' WHERE event_id = {self.event}")

    def certificates(self):
        return f"SELECT achieve.regenerate_certificates({self.event})"

    def deliver(self):
        return "SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.claim_notifications(5)"

    def truncate(self):
        return f"TRUNCATE achieve.{self.rng.choice(('condition', 'completion'))}"

    def enroll(self):
        return (f"INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES {self.key},"
                f" '{self.rng.choice(('active', 'active', 'reserved'))}') ON CONFLICT DO NOTHING")

    def enrollment(self):
        since = self.rng.choice(('NULL', 'NULL', "date '2020-01-03'", "date '2020-01-04'"))
        return (f"UPDATE achieve.enrollment SET status = '{self.rng.choice(('active', 'active', 'active', 'cancelled', 'interested'))}',"
                f" counts_from = {since} {self.at}")

    def transfer(self):
        return f"SELECT achieve.transfer_enrollment{self.key}, {self.rng.choice(self.events)[0]}, {REASON})"

    def unenroll(self):
        self.event = self.rng.choice(FORGETFUL)
        return f"DELETE FROM achieve.enrollment WHERE event_id = {self.event} AND learner_id = {self.learner}"
