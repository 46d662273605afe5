const { Client, types } = require('pg');
types.setTypeParser(types.builtins.DATE, (text) => text); // a calendar date is no instant

(async () => {
	const db = new Client(); // finds the server in PGHOST, PGPORT, PGUSER, PGDATABASE
	await db.connect();
	await db.query('BEGIN');
	await db.query('SELECT achieve.set_context($1)', ['Ingrid Solberg']);
	await db.query(
		'INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES ($1, $2, $3, $4)',
		[2, 1, 2, 'present']);
	await db.query('COMMIT');
	const tab = await db.query(
		'SELECT learner_name, account_name, outcome FROM achieve.results_tab WHERE event_id = $1 AND outcome = $2 ORDER BY learner_id',
		[1, 'passed']);
	for (const row of tab.rows) console.log(`${row.learner_name}, ${row.account_name}: ${row.outcome}`);
	await db.end();
})();
