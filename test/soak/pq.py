"""A small client of libpq, by ctypes: nothing but Python and PostgreSQL.

ctypes lets other threads run during a call, so one process drives many
sessions. A Result never raises; run() does.
"""
import ctypes
import os
import subprocess


def _load():
    folder = ''
    if os.environ.get('PG_CONFIG'):
        folder = subprocess.run([os.environ['PG_CONFIG'], '--libdir'], capture_output=True,
                                text=True, check=True).stdout.strip()
    for name in (os.path.join(folder, 'libpq.so.5'), 'libpq.so.5'):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise SystemExit('libpq.so.5 is not found: install libpq5')


_libpq = _load()


def _declare(name, result, *arguments):
    function = getattr(_libpq, name)
    function.restype = result
    function.argtypes = arguments
    return function


_P, _I, _S = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
_connect = _declare('PQconnectdb', _P, _S)
_status = _declare('PQstatus', _I, _P)
_error = _declare('PQerrorMessage', _S, _P)
_finish = _declare('PQfinish', None, _P)
_exec = _declare('PQexec', _P, _P, _S)
_send = _declare('PQsendQuery', _I, _P, _S)
_get_result = _declare('PQgetResult', _P, _P)
_result_status = _declare('PQresultStatus', _I, _P)
_result_field = _declare('PQresultErrorField', _S, _P, _I)
_ntuples = _declare('PQntuples', _I, _P)
_nfields = _declare('PQnfields', _I, _P)
_value = _declare('PQgetvalue', _S, _P, _I, _I)
_isnull = _declare('PQgetisnull', _I, _P, _I, _I)
_clear = _declare('PQclear', None, _P)
_pid = _declare('PQbackendPID', _I, _P)
_transaction = _declare('PQtransactionStatus', _I, _P)
_get_cancel = _declare('PQgetCancel', _P, _P)
_cancel = _declare('PQcancel', _I, _P, ctypes.c_char_p, _I)
_free_cancel = _declare('PQfreeCancel', None, _P)
_set_notice = _declare('PQsetNoticeProcessor', _P, _P, _P, _P)
_ignore_notice = ctypes.CFUNCTYPE(None, _P, _S)(lambda argument, message: None)

LOST = 'lost'  # in place of a SQLSTATE: the connection is gone


class Failed(Exception):
    """A statement that had to succeed did not."""


class Result:
    """What a statement gave: rows of texts, or an error."""

    def __init__(self, handle, connection_error):
        self.rows = []
        self.state = None
        self.message = ''
        self.context = ''
        if not handle:
            self.state, self.message = LOST, connection_error
            return
        if _result_status(handle) in (5, 7):  # bad response, fatal error
            state = _result_field(handle, ord('C'))
            self.state = state.decode() if state else LOST
            parts = [_result_field(handle, ord(c)) for c in 'MDHW']
            self.message = (parts[0] or connection_error.encode()).decode(errors='replace')
            self.context = ' | '.join(p.decode(errors='replace') for p in parts[1:] if p)
            if self.state in ('57P01', '57P02', '57P03', '08006'):
                self.state = LOST
        else:
            columns = range(_nfields(handle))
            self.rows = [tuple(None if _isnull(handle, r, c) else _value(handle, r, c).decode()
                               for c in columns) for r in range(_ntuples(handle))]
        _clear(handle)


class Connection:
    """A session; used by one thread at a time, cancel() by any."""

    def __init__(self, **settings):
        words = ' '.join(f"{k}='{v}'" for k, v in settings.items())
        self.handle = _connect(words.encode())
        if _status(self.handle) != 0:
            message = self._message()
            self.close()
            raise Failed('connecting: ' + message)
        _set_notice(self.handle, ctypes.cast(_ignore_notice, _P), None)
        self.pid = _pid(self.handle)
        self._stop = _get_cancel(self.handle)

    def _message(self):
        return (_error(self.handle) or b'').decode(errors='replace').strip()

    def execute(self, sql):
        """One or several statements as one message; the last one's Result."""
        return Result(_exec(self.handle, sql.encode()), self._message())

    def start(self, sql):
        """Sends without waiting; finish() waits."""
        _send(self.handle, sql.encode())

    def finish(self):
        last = None
        while True:
            handle = _get_result(self.handle)
            if not handle:
                return last or Result(None, self._message())
            result = Result(handle, self._message())
            if last is None or last.state is None:
                last = result
            if result.state == LOST and _status(self.handle) != 0:
                return last

    def run(self, sql):
        """execute() for what has to succeed; its rows."""
        result = self.execute(sql)
        if result.state is not None:
            raise Failed(f'{result.state}: {result.message} | {result.context}\n{sql[:400]}')
        return result.rows

    def value(self, sql):
        return self.run(sql)[0][0]

    def in_transaction(self):
        return _transaction(self.handle) in (2, 3)

    def cancel(self):
        buffer = ctypes.create_string_buffer(256)
        _cancel(self._stop, buffer, 256)

    def close(self):
        if self.handle:
            _finish(self.handle)
            self.handle = None
