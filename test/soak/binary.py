#!/usr/bin/env python3
"""Rules as bytes: parameters and COPY in binary format, mutated at random.

    binary.py [seed=N] [cases=N]

Each case is the binary form of a rule (a version byte and the text) with bits
flipped, bytes cut out, put in or repeated. It goes to the server as a binary
parameter, and as a row of COPY BINARY whose frame is mutated too. The server
refuses it with one of the SQLSTATEs below, or takes it; then what it made
prints, sends and reads back as itself. Hostile JSON goes to evaluate() as
well. No backend may end. Prints TAP.
"""
import ctypes
import random
import struct
import sys
import time
from collections import Counter

import pq
import tap

_exec_params = pq._declare('PQexecParams', ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int,
                           ctypes.POINTER(ctypes.c_uint), ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(ctypes.c_int),
                           ctypes.POINTER(ctypes.c_int), ctypes.c_int)
_put = pq._declare('PQputCopyData', ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
_put_end = pq._declare('PQputCopyEnd', ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)

RULES = (
    'absences <= 2', 'attendance >= 80 and score(final) >= 60', 'absences + 0.5 * lates <= 0.2 * sessions', 'passed and paid and approved',
    'at least 2 of (score(theory) >= 50, score(practical) >= 50, completed(portfolio)) and not holds(suspended)',
    'score("fin""al é") >= 60 or condition(x)', 'not not (paid or invoiced)', '999999999999 * hours > -0.000001',
)
# Bad text, a bad limit or use, bad bytes, a bad frame, text that is no UTF-8.
RULE_STATES = {'42601', '22023', '22P03', '22021', '08P01', '22003'}
COPY_STATES = RULE_STATES | {'22P04', '54000'}
JSON_STATES = {'22P02', '22023', '22003', '22P05', '22021', '54001', '22030', '54000'}
FACTS = '{"sessions": 10, "attended": 7, "lates": 2, "score": {"final": 72, "b": [0, 100]}, "mean_score": [36, 86], "paid": null, "condition": {"x": 1e3}}'


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
        elif kind == 2:
            del data[at:at + rng.randint(1, 6)]
        elif kind == 3:
            data[at:at] = data[at:at + rng.randint(1, 30)] * rng.choice((1, 2, 300))
        elif kind == 4:
            data[at:at] = rng.choice((b'\0', b'\xff\xff\xff\xff', b'"', b'((((', b' and ', b'not ' * 70, b'\xe2\x82', b'99999999999999'))
        elif data:
            data[at % len(data)] = rng.choice(b'\0\x01\x7f\x80\xff()"')
    return bytes(data)


class Sender:
    def __init__(self, connection):
        self.connection = connection

    def parameter(self, sql, data):
        """One parameter in binary format."""
        values, lengths, formats = (ctypes.c_char_p * 1)(data), (ctypes.c_int * 1)(len(data)), (ctypes.c_int * 1)(1)
        return pq.Result(_exec_params(self.connection.handle, sql.encode(), 1, None, values, lengths, formats, 0),
                         self.connection._message())

    def copy(self, sql, data):
        self.connection.execute(sql)
        _put(self.connection.handle, data, len(data))
        _put_end(self.connection.handle, None)
        return self.connection.finish()


def frame(rng, rules):
    rows = b''.join(struct.pack('!hi', 1, len(r)) + r for r in rules)
    data = b'PGCOPY\n\xff\r\n\0' + struct.pack('!ii', 0, 0) + rows + struct.pack('!h', -1)
    return mutate(rng, data) if rng.random() < 0.5 else data


def main():
    a = tap.arguments(seed=int(time.time()), cases=2000)
    test = tap.Tap()
    test.note(f'seed {a["seed"]}')
    rng = random.Random(a['seed'])
    connect = tap.fresh_database('bytes', 'academy')
    connection = connect()
    connection.run('CREATE EXTENSION achieve; CREATE TABLE r (rule achieve.rule); SET search_path = public, achieve')
    sender = Sender(connection)
    count, wrong, pid = Counter(), [], connection.pid

    def judge(kind, result, allowed, data):
        if result.state is None:
            count[kind, 'taken'] += 1
        elif result.state in allowed:
            count[kind, 'refused'] += 1
        else:
            wrong.append(f'{kind}: {result.state} {result.message} for {data[:200]!r}')

    for _ in range(a['cases']):
        rules = [mutate(rng, b'\x01' + rng.choice(RULES).encode()) for _ in range(3)]
        result = sender.parameter('SELECT v::text::achieve.rule = v AND achieve.rule_send(v::text::achieve.rule) = achieve.rule_send(v)'
                                  ' FROM (SELECT $1::achieve.rule AS v) AS t', rules[0])
        judge('parameter', result, RULE_STATES, rules[0])
        if result.state is None and result.rows != [('t',)]:
            wrong.append(f'parameter: does not read back: {rules[0]!r}')
        if rng.random() < 0.6:
            rules = [b'\x01' + rng.choice(RULES).encode()] + rules[1:rng.randint(1, 3)]
        data = frame(rng, rules)
        judge('copy', sender.copy('COPY r FROM STDIN (FORMAT binary)', data), COPY_STATES, data)
        facts = mutate(rng, FACTS.encode())
        judge('facts', sender.parameter("SELECT achieve.evaluate('score(final) >= 60 and absences <= 2 and paid', convert_from($1, 'UTF8')::jsonb)", facts),
              JSON_STATES, facts)
        if connection.pid != pid or any('lost' in line[:20] for line in wrong):
            break
    stored = connection.run('SELECT count(*), count(*) FILTER (WHERE rule::text::achieve.rule <> rule OR rule IS NULL) FROM r WHERE rule IS NOT NULL')
    test.ok(not wrong, 'each is taken or refused for what is wrong with it', wrong)
    test.ok(stored[0][1] == '0' and stored[0][0] != '0', f'{stored[0][0]} rules that COPY stored read back as themselves', [str(stored)])
    kinds = ('parameter', 'copy', 'facts')
    test.ok(all(count[k, w] > 0 for k in kinds for w in ('taken', 'refused')), 'of each kind some were taken and some refused', [str(dict(count))])
    test.done(', '.join(f'{k}: {count[k, "taken"]} taken, {count[k, "refused"]} refused' for k in kinds) + f'; {len(wrong)} differences')


if __name__ == '__main__':
    sys.exit(main())
