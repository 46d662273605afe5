// Knex: queries, paging, upserts and transactions by its builder.

const { types } = require('pg');
const { NAME, REASON, RESULT_COLUMNS, ACHIEVEMENT_COLUMNS, ok, same, asPsql, done } = require('../lib/check.js');

types.setTypeParser(types.builtins.DATE, (text) => text);
const knex = require('knex')({ client: 'pg', connection: {}, searchPath: ['achieve', 'public'] });

(async () => {
	const tab = () => knex('results_tab').select(RESULT_COLUMNS).where({ event_id: 1 }).orderBy('learner_id');
	const rows = await tab();
	asPsql(rows, RESULT_COLUMNS, 'results', 'lists the Results tab');
	asPsql(await tab().where({ outcome: 'passed', account_id: 2 }), RESULT_COLUMNS, 'filtered', 'filters by outcome and account');
	asPsql(await knex('achievements_tab').select(ACHIEVEMENT_COLUMNS).where({ event_id: 1 }).orderBy('row_key'), ACHIEVEMENT_COLUMNS, 'achievements',
		'lists the Achievements tab');
	asPsql(await knex('event').select('event_id', 'code', 'passing_rule').orderBy('event_id'), ['event_id', 'code', 'passing_rule'], 'rules', 'reads rules as text');
	const pages = [];
	for (const skip of [0, 2, 4]) pages.push(...await tab().limit(2).offset(skip));
	same(pages, rows, 'pages by LIMIT and OFFSET');
	const found = [];
	for (let page; (page = await tab().where('learner_id', '>', found.at(-1)?.learner_id ?? 0).limit(4)).length > 0;) found.push(...page);
	same(found, rows, 'pages by the last key seen');
	const columns = await knex('results_tab').columnInfo();
	same([columns.outcome.type, columns.decided_at.type, columns.paid.type], ['text', 'timestamp with time zone', 'boolean'], 'knows the columns of a view');

	await knex.transaction(async (transaction) => {
		await transaction.raw('SELECT set_context(?)', [NAME]);
		await transaction('event').where({ event_id: 2 }).update({ passing_rule: 'ATTENDED>=2 or score(final)>=50' });
		for (const status of ['absent', 'late']) {
			await transaction('attendance').insert({ event_id: 2, learner_id: 3, session_no: 2, status, note: NAME })
				.onConflict(['event_id', 'learner_id', 'session_no']).merge();
		}
		same(await transaction('result').select('outcome').where({ event_id: 2, learner_id: 3 }), [{ outcome: 'passed' }], 'an upsert makes a learner pass at once');
		await transaction.raw('SELECT set_result(?, ?, ?, ?)', [1, 5, 'passed', REASON]);
	});
	const audit = await knex('audit_tab').where({ event_id: 1, learner_id: 5, action: 'result.set' });
	same(audit.map((row) => [row.actor, row.reason, typeof row.new_value]), [[NAME, REASON, 'object']], 'reads the audit');
	const [made] = await knex('account').insert({ name: 'Made by Knex' }).returning('account_id');
	ok(Number(made.account_id) > 2, 'creates an account and learns its key', made);
	const refused = await knex('event').where({ event_id: 2 }).update({ passing_rule: 'absense <= 2' }).catch((error) => error);
	same(refused.code, '42601', 'a bad rule is refused with a SQLSTATE');
	await knex.destroy();
	done();
})();
