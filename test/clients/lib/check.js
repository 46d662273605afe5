// Checks for clients in Node: TAP, and rows compared with what psql reads.

const fs = require('fs');
const path = require('path');

const NAME = process.env.CLIENT_NAME;
const REASON = 'Oral exam: "très bien" – 100 %';
const RESULT_COLUMNS = ('row_key event_id learner_id learner_name account_id account_name sessions attended'
	+ ' attendance_percent paid outcome source decided_at waiting_for').split(' ');
const ACHIEVEMENT_COLUMNS = ('row_key learner_id achievement_type state active number issued_at valid_from'
	+ ' expires_on last_valid_on waiting_for').split(' ');
let count = 0;
let failed = 0;

function ok(right, what, ...details) {
	count++;
	if (!right) failed++;
	console.log(`${right ? 'ok' : 'not ok'} ${count} - ${NAME}: ${what}`);
	if (!right) for (const detail of details) console.log('# ' + JSON.stringify(detail));
}

const same = (got, wanted, what) => ok(JSON.stringify(got) === JSON.stringify(wanted), what, got, wanted);

// A value as psql's COPY writes it.
function text(value) {
	if (value === null || value === undefined) return '\\N';
	if (typeof value === 'boolean') return value ? 't' : 'f';
	if (value instanceof Date) return value.toISOString().replace('Z', '');
	return String(value).replaceAll('\\', '\\\\');
}

const expected = (name) => fs.readFileSync(path.join(process.env.CLIENT_DIR, name + '.tsv'), 'utf8').split('\n').slice(0, -1);
const lines = (rows, columns) => rows.map((row) => columns.map((column) => text(row[column])).join('\t'));
const asPsql = (rows, columns, name, what) => same(lines(rows, columns), expected(name), what);

function done() {
	console.log('1..' + count);
	process.exitCode = failed > 0 ? 1 : 0;
}

// What broke off is told, and ends the test without its plan.
process.on('unhandledRejection', (error) => {
	console.log('# ' + String(error && error.stack || error).replaceAll('\n', '\n# '));
	process.exit(1);
});

module.exports = { NAME, REASON, RESULT_COLUMNS, ACHIEVEMENT_COLUMNS, ok, same, asPsql, lines, expected, done };
