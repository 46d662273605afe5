const { types } = require('pg');
types.setTypeParser(types.builtins.DATE, (text) => text); // a calendar date is no instant
const knex = require('knex')({
	client: 'pg',
	connection: {}, // finds the server in PGHOST, PGPORT, PGUSER, PGDATABASE
	searchPath: ['achieve', 'public'],
});

(async () => {
	await knex.transaction(async (transaction) => {
		await transaction.raw('SELECT set_context(?)', ['Ingrid Solberg']);
		await transaction('attendance').insert({ event_id: 2, learner_id: 1, session_no: 2, status: 'present' });
	});
	const rows = await knex('results_tab').where({ event_id: 1, outcome: 'passed' }).orderBy('learner_id');
	for (const row of rows) console.log(`${row.learner_name}, ${row.account_name}: ${row.outcome}`);
	await knex.destroy();
})();
