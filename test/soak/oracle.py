"""What the stored outcomes should be, from the facts, in Python.

Reads the tables with plain SQL in one snapshot and recomputes with rules.py.
It follows docs/rule-language.md, docs/review.md and docs/schema.md, and shares
nothing with the extension but the words. problems() returns one line for each
difference. What only the past can tell (is a rule blocked by a revocation, is
a result approved) is taken from the audit, and the audit is checked against
itself and against what is stored.
"""
import datetime
import json
from collections import defaultdict
from fractions import Fraction
from zoneinfo import ZoneInfo

import rules

# Reasons of what people do begin so in these tests; a rule's own never do.
BY_HAND = 'by hand'


def instant(epoch):
    return datetime.datetime.fromtimestamp(float(epoch), datetime.timezone.utc)


def day_in(zone, epoch):
    return instant(epoch).astimezone(ZoneInfo(zone)).date().isoformat()


class Snapshot:
    """All tables that outcomes come from, as dictionaries of rows."""

    QUERIES = {
        'now': "SELECT extract(epoch FROM now())",
        'event': "SELECT event_id, status, time_zone, passing_rule::text, ends_at <= now() FROM achieve.event",
        'session': "SELECT event_id, session_no, extract(epoch FROM starts_at), extract(epoch FROM ends_at - starts_at)"
                   " FROM achieve.session WHERE required AND NOT cancelled",
        'assessment': "SELECT event_id, code, max_score, weight, attempt_choice, max_attempts FROM achieve.assessment",
        'requirement': "SELECT event_id, code FROM achieve.requirement",
        'offer': "SELECT o.event_id, o.achievement_type_id, t.code, o.award_rule::text, o.on_lapse, o.active"
                 " FROM achieve.event_achievement o JOIN achieve.achievement_type t USING (achievement_type_id)",
        'enrollment': "SELECT event_id, learner_id, status, counts_from FROM achieve.enrollment",
        'attendance': "SELECT event_id, learner_id, session_no, status FROM achieve.attendance",
        'score': "SELECT event_id, learner_id, code, attempt, score FROM achieve.score",
        'completion': "SELECT event_id, learner_id, code FROM achieve.completion WHERE completed_at IS NOT NULL OR waived",
        'condition': "SELECT event_id, learner_id, name, value FROM achieve.condition",
        'line': "SELECT l.event_id, l.learner_id, i.status, l.amount - l.amount_paid - l.amount_credited"
                " FROM achieve.invoice_line l JOIN achieve.invoice i USING (invoice_id)",
        'result': "SELECT event_id, learner_id, rule_outcome, manual_outcome, outcome, source, approved_at IS NOT NULL"
                  " FROM achieve.result",
        'achievement': "SELECT a.event_id, a.learner_id, t.code, a.achievement_id, a.source, a.revoked_at IS NULL,"
                       " a.valid_from, a.expires_on, a.sequence_id, a.number"
                       " FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)",
        'audit': "SELECT audit_id, event_id, learner_id, action, old_value, new_value, reason FROM achieve.audit"
                 " WHERE action ~ '^(result|achievement)[.]' ORDER BY audit_id",
        'notification': "SELECT notification_id, topic, event_id, learner_id, payload FROM achieve.notification"
                        " ORDER BY notification_id",
        'gapless': "SELECT sequence_id, start_at, reset FROM achieve.number_sequence WHERE gapless",
    }

    def __init__(self, connection, own_transaction=True):
        if own_transaction:
            connection.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
        # Rows as they lie in the heap: an index that lost one would hide it.
        connection.run('SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;'
                       ' SET LOCAL enable_bitmapscan = off')
        for name, query in self.QUERIES.items():
            setattr(self, name, connection.run(query))
        if own_transaction:
            connection.run('COMMIT')
        self.now = self.now[0][0]


class Oracle:
    """Recomputes; problems() lists what differs."""

    def __init__(self, snapshot, forgetful_events=()):
        # On forgetful events enrollments may have been deleted and made anew,
        # which ends the history of their results.
        self.s = snapshot
        self.forgetful = {str(e) for e in forgetful_events}
        self.events = {row[0]: row for row in snapshot.event}
        self.results = {row[:2]: row for row in snapshot.result}
        self.found = []
        self.compared = 0
        self.trees = {None: None}

    def say(self, key, text):
        self.found.append(f'event {key[0]} learner {key[1]}: {text}')

    def tree(self, text):
        if text not in self.trees:
            self.trees[text] = rules.parse(text)
        return self.trees[text]

    def problems(self):
        self.gather()
        self.check_results()
        self.check_awards()
        self.check_numbers()
        self.check_audit()
        self.check_notifications()
        return self.found

    # Facts

    def gather(self):
        s, by_event, by_key = self.s, defaultdict(lambda: defaultdict(list)), defaultdict(lambda: defaultdict(list))
        for kind in ('session', 'assessment', 'requirement', 'offer'):
            for row in getattr(s, kind):
                by_event[row[0]][kind].append(row)
        for kind in ('attendance', 'score', 'completion', 'condition', 'line'):
            for row in getattr(s, kind):
                by_key[row[:2]][kind].append(row)
        self.held = defaultdict(list)
        self.standing = {}
        for row in s.achievement:
            if row[5] == 't':
                self.held[row[1]].append(row)
                if row[:3] in self.standing:
                    self.say(row[:2], f'holds {row[2]} twice')
                self.standing[row[:3]] = row
        self.offers = {event: parts['offer'] for event, parts in by_event.items()}
        self.active = {}
        for event_id, learner_id, status, counts_from in s.enrollment:
            event = self.events[event_id]
            if status == 'active' and event[1] != 'cancelled':
                self.active[event_id, learner_id] = self.facts(
                    event, counts_from, by_event[event_id], by_key[event_id, learner_id])

    def facts(self, event, counts_from, configured, recorded):
        """Two sets: as the passing rule sees them, and as award rules do."""
        both = []
        for closed in (event[1] == 'closed', event[1] in ('closed', 'finalized')):
            f = rules.Facts(closed)
            self.attendance(f, closed, event, counts_from, configured['session'], recorded['attendance'])
            self.scores(f, closed, configured['assessment'], recorded['score'])
            self.completions(f, closed, configured['requirement'], recorded['completion'])
            for row in recorded['condition']:
                value = rules.rounded(Fraction(row[3]))
                f.numbers['condition', row[2]] = (value, value)
                f.flags['condition', row[2]] = value != 0
            counting = [row for row in recorded['line'] if row[2] in ('issued', 'paid')]
            balance = sum((Fraction(row[3]) for row in counting if row[2] == 'issued'), Fraction(0))
            f.numbers['balance', None] = (rules.rounded(balance),) * 2
            f.flags['paid', None] = balance <= 0
            f.flags['invoiced', None] = bool(counting)
            f.flags['ended', None] = event[4] == 't'
            both.append(f)
        return both

    @staticmethod
    def attendance(f, closed, event, counts_from, sessions, marks):
        mark = {row[2]: row[3] for row in marks}
        hours = attended = unmarked = Fraction(0)
        for _, number, starts, seconds in sessions:
            if counts_from is not None and day_in(event[2], starts) < counts_from:
                continue
            length = Fraction(seconds)
            f.sessions += 1
            hours += length
            status = mark.get(number, 'absent' if closed else None)
            if status in ('present', 'late'):
                f.attended += 1
                f.lates += status == 'late'
                attended += length
            elif status == 'absent':
                f.absences += 1
            elif status == 'excused':
                f.excused += 1
            else:
                unmarked += length
        if f.sessions:
            f.numbers['hours', None] = (rules.rounded(hours / 3600),) * 2
            f.numbers['hours_attended', None] = (rules.rounded(attended / 3600),
                                                 rules.rounded((attended + unmarked) / 3600))
        else:
            f.numbers['hours', None] = f.numbers['hours_attended', None] = (Fraction(0), None)

    @staticmethod
    def scores(f, closed, assessments, recorded):
        attempts = defaultdict(dict)
        for row in recorded:
            attempts[row[2]][int(row[3])] = Fraction(row[4])
        low = high = weights = Fraction(0)
        for _, code, max_score, weight, choice, max_attempts in assessments:
            least, most = Oracle.share(attempts[code], Fraction(max_score), choice,
                                       None if max_attempts is None else int(max_attempts), closed)
            f.numbers['score', code] = (rules.rounded(100 * least), rules.rounded(100 * most))
            low += Fraction(weight) * least
            high += Fraction(weight) * most
            weights += Fraction(weight)
        f.numbers['mean_score', None] = (Fraction(0), Fraction(100))
        if weights > 0:
            f.numbers['mean_score', None] = (rules.rounded(100 * low / weights), rules.rounded(100 * high / weights))

    @staticmethod
    def share(attempts, max_score, choice, max_attempts, closed):
        """Which share of the maximum counts: the least and the most."""
        if not attempts:
            return (Fraction(0), Fraction(0 if closed else 1))
        scores = [attempts[n] / max_score for n in sorted(attempts)]
        more = not closed and (max_attempts is None or len(scores) < max_attempts)
        if choice == 'first':
            return scores[0], scores[0]
        if choice == 'highest':
            return max(scores), Fraction(1) if more else max(scores)
        if choice == 'latest':
            return (Fraction(0), Fraction(1)) if more else (scores[-1], scores[-1])
        if not more:
            return (sum(scores) / len(scores),) * 2
        if max_attempts is None:
            return Fraction(0), Fraction(1)
        # the rest all with nothing, or all with everything
        return sum(scores) / max_attempts, (sum(scores) + max_attempts - len(scores)) / max_attempts

    @staticmethod
    def completions(f, closed, requirements, recorded):
        done = {row[2] for row in recorded}
        codes = [row[1] for row in requirements]
        have = sum(code in done for code in codes)
        for code in codes:
            f.flags['completed', code] = True if code in done else False if closed else None
        f.numbers['completion', None] = (Fraction(0), Fraction(100))
        if codes:
            f.numbers['completion', None] = (rules.rounded(Fraction(100 * have, len(codes))),
                                             rules.rounded(Fraction(100 * (have if closed else len(codes)), len(codes))))

    def show_holdings(self, f, key, event, own_type=None):
        today = day_in(event[2], self.s.now)
        for name in [n for n in f.flags if n[0] == 'holds']:
            del f.flags[name]
        for row in self.held[key[1]]:
            if row[6] <= today and (row[7] is None or row[7] > today) and not (row[0] == key[0] and row[2] == own_type):
                f.flags['holds', row[2]] = True

    # Comparisons

    def check_results(self):
        if {row[:2] for row in self.s.enrollment} != set(self.results):
            self.found.append('enrollments and results are not the same')
        for key, (facts, _) in self.active.items():
            event, result = self.events[key[0]], self.results.get(key)
            if event[1] == 'finalized' or result is None:
                continue
            tree = self.tree(event[3])
            self.show_holdings(facts, key, event)
            expected = rules.OPEN if tree is None else rules.evaluate(tree, facts)
            self.compared += 1
            if result[2] != expected:
                self.say(key, f'rule_outcome is {result[2]}, by the facts it is {expected}: {event[3]}')
        for key, row in self.results.items():
            if row[4] != (row[3] or row[2]) or row[5] != ('manual' if row[3] else 'rule'):
                self.say(key, f'outcome {row[4]} by {row[5]} does not fit its parts')
            if row[6] == 't' and row[4] == rules.OPEN:
                self.say(key, 'pending and approved')

    def check_awards(self):
        blocked = self.blocked()
        for event_id, learner_id, status, _ in self.s.enrollment:
            key, event = (event_id, learner_id), self.events[event_id]
            result = self.results.get(key)
            for _, _, code, rule, on_lapse, active in self.offers.get(event_id, ()):
                if active != 't' or rule is None or result is None:
                    continue
                self.compared += 1
                verdict = None
                if key in self.active:
                    facts = self.active[key][1]
                    self.show_holdings(facts, key, event, code)
                    facts.flags['approved', None] = result[6] == 't'
                    for name in ('passed', 'failed'):
                        facts.flags[name, None] = None if result[4] == rules.OPEN else result[4] == name
                    verdict = rules.evaluate(self.tree(rule), facts)
                record = self.standing.get((event_id, learner_id, code))
                if verdict == rules.YES:
                    if record is None and (event_id, learner_id, code) not in blocked:
                        self.say(key, f'should hold {code}: {rule} is met')
                elif (record is not None and record[4] == 'rule' and on_lapse == 'revoke' and event[1] != 'finalized'
                      and not (event[1] == 'reopened' and verdict == rules.OPEN)):
                    self.say(key, f'should not hold {code}: {rule} is {verdict}')

    def blocked(self):
        """Revoked by a person, and not awarded or reinstated since."""
        blocked = set()
        for _, event_id, learner_id, action, _, new, reason in self.s.audit:
            if not action.startswith('achievement.') or not (reason or '').startswith(BY_HAND):
                continue
            key = (event_id, learner_id, json.loads(new)['type'])
            if action == 'achievement.revoked':
                blocked.add(key)
            elif action in ('achievement.issued', 'achievement.reinstated'):
                blocked.discard(key)
        return blocked

    def check_numbers(self):
        numbers = defaultdict(list)
        for row in self.s.achievement:
            if row[8] is not None:
                numbers[row[8]].append(row[9])
        for sequence_id, start, reset in self.s.gapless:
            groups = defaultdict(list)
            for number in numbers[sequence_id]:
                period, _, count = number.rpartition('-')
                groups[period if reset != 'never' else ''].append(int(count))
            for period, given in groups.items():
                self.compared += 1
                if sorted(given) != list(range(int(start), int(start) + len(given))):
                    self.found.append(f'sequence {sequence_id} {period}: {len(given)} numbers from {start} on have a gap')

    # The audit and the outbox against themselves and what is stored

    def check_audit(self):
        said, approved, records = {}, {}, {}
        for audit_id, event_id, learner_id, action, old, new, reason in self.s.audit:
            key = (event_id, learner_id)
            old, new = json.loads(old or 'null'), json.loads(new or 'null')
            if action in ('result.changed', 'result.set', 'result.cleared'):
                before = said.get(key, {'outcome': 'pending', 'rule_outcome': 'pending', 'source': 'rule'})
                mine = {k: (old or {}).get(k, 'pending' if k != 'source' else 'rule') for k in before}
                fresh = mine == {'outcome': 'pending', 'rule_outcome': 'pending', 'source': 'rule'}
                if mine != before and not (event_id in self.forgetful and fresh):
                    self.say(key, f'audit {audit_id} {action} comes from {mine}, but the one before led to {before}')
                said[key] = {k: new[k] for k in before}
                self.compared += 1
            elif action == 'result.approved':
                approved[key] = True
            elif action in ('result.approval_ended', 'result.approval_withdrawn'):
                approved[key] = False
            elif action.startswith('achievement.') and action != 'achievement.amended':
                state = 'revoked' if action == 'achievement.revoked' else 'issued'
                record = (event_id, learner_id, new.get('achievement_id'))
                if record[2] is not None:
                    if records.get(record, 'revoked') == state:
                        self.say(key, f'audit {audit_id}: achievement {record[2]} is {state} twice')
                    records[record] = state
        for key, row in self.results.items():
            stored = {'outcome': row[4], 'rule_outcome': row[2], 'source': row[5]}
            default = {'outcome': 'pending', 'rule_outcome': 'pending', 'source': 'rule'}
            last = said.get(key, default)
            if stored != last and not (key[0] in self.forgetful and stored == default):
                self.say(key, f'the audit ends with {last}, stored is {stored}')
            if key[0] not in self.forgetful and approved.get(key, False) != (row[6] == 't'):
                self.say(key, f'approved is {row[6]}, by the audit {approved.get(key, False)}')
        for row in self.s.achievement:
            state = 'issued' if row[5] == 't' else 'revoked'
            if records.get((row[0], row[1], int(row[3]))) != state:
                self.say(row[:2], f'achievement {row[3]} is {state}, by the audit {records.get((row[0], row[1], int(row[3])))}')

    def check_notifications(self):
        outcome, records = {}, {}
        for number, topic, event_id, learner_id, payload in self.s.notification:
            key, told = (event_id, learner_id), json.loads(payload)
            if topic == 'result.changed':
                self.compared += 1
                before = outcome.get(key, 'pending')
                if told['previous_outcome'] != before and event_id not in self.forgetful:
                    self.say(key, f'notification {number} comes from {told["previous_outcome"]}, the one before told {before}')
                outcome[key] = told['outcome']
            elif topic in ('achievement.issued', 'achievement.revoked'):
                record = (event_id, learner_id, told['achievement_id'])
                if records.get(record, 'achievement.revoked') == topic:
                    self.say(key, f'notification {number}: {topic} of {record[2]} twice')
                records[record] = topic
        for key, row in self.results.items():
            if key[0] not in self.forgetful and outcome.get(key, 'pending') != row[4]:
                self.say(key, f'told {outcome.get(key, "pending")}, stored is {row[4]}')
        for row in self.s.achievement:
            told = records.get((row[0], row[1], int(row[3])), 'achievement.revoked')
            if (told == 'achievement.issued') != (row[5] == 't'):
                self.say(row[:2], f'last told {told} of achievement {row[3]}, which is revoked: {row[5] == "f"}')
