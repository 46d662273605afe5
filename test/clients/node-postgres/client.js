// node-postgres: parameters are strings of unknown type; bigint and numeric come back as strings.

const { Client, types } = require('pg');
const { NAME, REASON, RESULT_COLUMNS, ACHIEVEMENT_COLUMNS, ok, same, asPsql, done } = require('../lib/check.js');

const RESULTS = `SELECT ${RESULT_COLUMNS} FROM achieve.results_tab WHERE event_id = $1`;
const ACHIEVEMENTS = `SELECT ${ACHIEVEMENT_COLUMNS} FROM achieve.achievements_tab WHERE event_id = $1 ORDER BY row_key`;
types.setTypeParser(types.builtins.DATE, (text) => text);

(async () => {
	const db = new Client();
	await db.connect();
	const query = async (sql, values) => (await db.query(sql, values)).rows;
	const rows = await query(RESULTS + ' ORDER BY learner_id', [1]);
	asPsql(rows, RESULT_COLUMNS, 'results', 'lists the Results tab');
	const first = rows[0];
	same([typeof first.event_id, typeof first.sessions, typeof first.attendance_percent, typeof first.paid, first.decided_at instanceof Date],
		['string', 'number', 'string', 'boolean', true], 'the values have types of their own');
	asPsql(await query(RESULTS + ' AND outcome = $2 AND account_id = $3 ORDER BY learner_id', [1, 'passed', 2]), RESULT_COLUMNS, 'filtered',
		'filters by outcome and account');
	asPsql(await query(ACHIEVEMENTS, [1]), ACHIEVEMENT_COLUMNS, 'achievements', 'lists the Achievements tab');
	asPsql(await query('SELECT event_id, code, passing_rule FROM achieve.event ORDER BY event_id'), ['event_id', 'code', 'passing_rule'], 'rules',
		'reads rules as text');
	const pages = [];
	for (const skip of [0, 2, 4]) pages.push(...await query(RESULTS + ' ORDER BY learner_id LIMIT $2 OFFSET $3', [1, 2, skip]));
	same(pages, rows, 'pages by LIMIT and OFFSET');
	const found = [];
	for (let page, last = 0; (page = await query(RESULTS + ' AND learner_id > $2 ORDER BY learner_id LIMIT $3', [1, last, 4])).length > 0;) {
		found.push(...page);
		last = page.at(-1).learner_id;
	}
	same(found, rows, 'pages by the last key seen');

	await query('BEGIN');
	await query('SELECT achieve.set_context($1)', [NAME]);
	await query('UPDATE achieve.event SET passing_rule = $1 WHERE event_id = $2', ['ATTENDED>=2 or score(final)>=50', 2]);
	await query('INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES ($1, $2, $3, $4, $5)', [2, 3, 2, 'late', NAME]);
	same(await query('SELECT outcome FROM achieve.result WHERE event_id = $1 AND learner_id = $2', [2, 3]), [{ outcome: 'passed' }],
		'a mark makes a learner pass at once');
	await query('SELECT achieve.set_result($1, $2, $3, $4)', [1, 5, 'passed', REASON]);
	await query('COMMIT');
	const audit = await query('SELECT actor, reason, new_value, occurred_at FROM achieve.audit_tab WHERE event_id = $1 AND learner_id = $2 AND action = $3',
		[1, 5, 'result.set']);
	same(audit.map((row) => [row.actor, row.reason]), [[NAME, REASON]], 'reads the audit');
	ok(typeof audit[0].new_value === 'object' && audit[0].occurred_at instanceof Date, 'its values are JSON, its instants are dates', audit);

	same(await query('SELECT achieve.evaluate($1, $2)', ['score(a) >= 50', { score: { a: 72 } }]), [{ evaluate: 'passed' }], 'evaluate() takes a string and an object');
	same(await query('SELECT achieve.approve_results($1, $2, $3)', [1, [3, 4], 'board']), [{ approve_results: 2 }], 'approve_results() takes a list');
	same(await query('SELECT expires_on FROM achieve.validity($1, $2, $3, $4, $5, $6, $7, $8, $9)', ['2024-01-31', null, null, null, 'issued', 1, 'month', null, null]),
		[{ expires_on: '2024-02-29' }], 'validity() takes dates, words and nulls');
	const refused = await db.query('UPDATE achieve.event SET passing_rule = $1 WHERE event_id = $2', ['absense <= 2', 2]).catch((error) => error);
	same([refused.code, refused.hint], ['42601', 'Did you mean "absences"?'], 'a bad rule is refused with a SQLSTATE and a hint');
	await db.end();
	done();
})();
