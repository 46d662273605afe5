"""The rule language once more, from docs/rule-language.md alone.

A parser and a three-valued evaluation that share no code with the extension
and go another way: exact fractions instead of fixed-point decimals, and every
way in which the unmarked sessions can turn out tried one by one instead of
bounds computed from coefficients.
"""
import itertools
import re
from fractions import Fraction

YES, OPEN, NO = 'passed', 'pending', 'failed'
STANDING = {'paid', 'invoiced', 'holds', 'approved', 'ended'}
FLAGS = STANDING | {'passed', 'failed', 'completed', 'condition'}
COUNTS = {'sessions', 'attended', 'absences', 'excused', 'lates', 'attendance'}
TOKEN = re.compile(r'\s*(?:(\d+(?:\.\d+)?|\.\d+)|("(?:[^"]|"")*")|([A-Za-z_][A-Za-z0-9_]*)|(<=|>=|<>|!=|[-+*=<>(),]))')
BARE_CODE = re.compile(r'\s*([A-Za-z0-9_.-]+)\s*\)')
QUOTED_CODE = re.compile(r'\s*"((?:[^"]|"")*)"\s*\)')


class Parser:
    """Recursive descent over a rule's text."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def peek(self):
        match = TOKEN.match(self.text, self.at)
        return match.group(0).strip().lower() if match else ''

    def take(self, wanted=None):
        match = TOKEN.match(self.text, self.at)
        if not match or (wanted and match.group(0).strip().lower() != wanted):
            raise ValueError(f'expected {wanted} at {self.at} of {self.text!r}')
        self.at = match.end()
        return match.group(0).strip().lower()

    def whole(self):
        tree = self.rule()
        if self.text[self.at:].strip():
            raise ValueError(f'left over at {self.at} of {self.text!r}')
        return tree

    def rule(self):
        parts = [self.conjunction()]
        while self.peek() == 'or':
            self.take()
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else ('least', 1, parts)

    def conjunction(self):
        parts = [self.factor()]
        while self.peek() == 'and':
            self.take()
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else ('least', len(parts), parts)

    def factor(self):
        word = self.peek()
        if word == 'not':
            self.take()
            return ('not', self.factor())
        if word == '(':
            self.take()
            inner = self.rule()
            self.take(')')
            return inner
        if word == 'at':
            self.take()
            self.take('least')
            need = int(self.take())
            self.take('of')
            self.take('(')
            parts = [self.rule()]
            while self.peek() == ',':
                self.take()
                parts.append(self.rule())
            self.take(')')
            return ('least', need, parts)
        start = self.at
        left = self.total()
        relation = self.peek()
        if relation in ('=', '<>', '!=', '<', '<=', '>', '>='):
            self.take()
            right = self.total()
            for fact, factor in right.items():
                left[fact] = left.get(fact, 0) - factor
            return ('compare', {f: k for f, k in left.items() if f is None or k != 0}, relation)
        self.at = start
        return ('flag',) + self.quantity()

    def total(self):
        """A sum as {(fact, code) or None for the constant: factor}."""
        form = {}
        sign = 1
        if self.peek() == '-':
            self.take()
            sign = -1
        while True:
            fact, factor = self.term()
            form[fact] = form.get(fact, 0) + sign * factor
            if self.peek() not in ('+', '-'):
                return form
            sign = 1 if self.take() == '+' else -1

    def term(self):
        if re.match(r'[\d.]', self.peek()):
            factor = Fraction(self.take())
            if self.peek() != '*':
                return None, factor
            self.take()
            return self.quantity(), factor
        fact = self.quantity()
        if self.peek() == '*':
            self.take()
            return fact, Fraction(self.take())
        return fact, Fraction(1)

    def quantity(self):
        name = self.take()
        if self.peek() != '(':
            return name, None
        self.take()
        match = QUOTED_CODE.match(self.text, self.at)
        code = match.group(1).replace('""', '"') if match else None
        if match is None:
            match = BARE_CODE.match(self.text, self.at)
            code = match.group(1)
        self.at = match.end()
        return name, code


def parse(text):
    return Parser(text).whole()


def rounded(value):
    """To six digits, half away from zero."""
    scaled = abs(value) * 10 ** 6
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10 ** 6)


class Facts:
    """What is known of an enrollment.

    numbers: {(fact, code): (low, high)}, None is unbounded; flags: {(fact,
    code): True, False or None while open}; sessions, attended, absences,
    excused, lates: counts of the sessions that count. On a closed event what
    it does not have counts as not scored and not done.
    """

    def __init__(self, closed=False):
        self.closed = closed
        self.numbers = {}
        self.flags = {}
        self.sessions = self.attended = self.absences = self.excused = self.lates = 0

    def number(self, fact):
        if fact in self.numbers:
            return self.numbers[fact]
        if fact[0] == 'score':
            return (Fraction(0), Fraction(0 if self.closed else 100))
        return (None, None)

    def flag(self, fact):
        return self.flags.get(fact, False if self.closed and fact[0] == 'completed' else None)


def counts_possible(facts):
    """All ways in which the unmarked sessions can turn out."""
    unmarked = facts.sessions - facts.attended - facts.absences - facts.excused
    for present, late, absent in itertools.product(range(unmarked + 1), repeat=3):
        excused = unmarked - present - late - absent
        if excused < 0:
            continue
        attended = facts.attended + present + late
        yield {'sessions': Fraction(facts.sessions), 'attended': Fraction(attended),
               'absences': Fraction(facts.absences + absent), 'excused': Fraction(facts.excused + excused),
               'lates': Fraction(facts.lates + late),
               'attendance': rounded(Fraction(100 * attended, facts.sessions))}


def plus(a, b):
    """A sum of two ends; None is unbounded."""
    return None if a is None or b is None else a + b


def together(factor, facts):
    """Least and most of the attendance part of a form."""
    if facts.sessions > 0:
        sums = [sum(k * ways[name] for name, k in factor.items()) for ways in counts_possible(facts)]
        return min(sums), max(sums)
    # Nothing is scheduled: any number of sessions may come, each of one of four
    # kinds; what one of them adds to goes on without end.
    base = factor.get('sessions', 0)
    attended = base + factor.get('attended', 0)
    kinds = [attended, attended + factor.get('lates', 0), base + factor.get('absences', 0),
             base + factor.get('excused', 0)]
    percent = 100 * factor.get('attendance', Fraction(0))
    return (None if min(kinds) < 0 else min(percent, Fraction(0)),
            None if max(kinds) > 0 else max(percent, Fraction(0)))


def bounds(form, facts):
    """Least and most that a form can become."""
    low = high = form.get(None, Fraction(0))
    counts = {}
    for fact, factor in form.items():
        if fact is None:
            continue
        if fact[0] in COUNTS:
            counts[fact[0]] = factor
            continue
        ends = [None if end is None else end * factor for end in facts.number(fact)]
        if factor < 0:
            ends.reverse()
        low, high = plus(low, ends[0]), plus(high, ends[1])
    if counts:
        least, most = together(counts, facts)
        low, high = plus(low, least), plus(high, most)
    return low, high


def compare(form, relation, facts):
    low, high = bounds(form, facts)
    above, below = low is not None and low > 0, high is not None and high < 0
    not_below, not_above = low is not None and low >= 0, high is not None and high <= 0
    equal = not_below and not_above
    yes, no = {'<': (below, not_below), '<=': (not_above, above), '>': (above, not_above),
               '>=': (not_below, below), '=': (equal, above or below),
               '<>': (above or below, equal), '!=': (above or below, equal)}[relation]
    return YES if yes else NO if no else OPEN


def flag(name, code, facts, negated):
    value = facts.flag((name, code))
    if value is True:
        return YES
    if name in STANDING:
        return NO if negated else OPEN
    return OPEN if value is None else NO


def evaluate(tree, facts, negated=False):
    """passed, failed or pending."""
    kind = tree[0]
    if kind == 'flag':
        return flag(tree[1], tree[2], facts, negated)
    if kind == 'compare':
        return compare(tree[1], tree[2], facts)
    if kind == 'not':
        inner = evaluate(tree[1], facts, not negated)
        return {YES: NO, NO: YES, OPEN: OPEN}[inner]
    outcomes = [evaluate(part, facts, negated) for part in tree[2]]
    if outcomes.count(YES) >= tree[1]:
        return YES
    return NO if len(outcomes) - outcomes.count(NO) < tree[1] else OPEN
