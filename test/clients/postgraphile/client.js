// PostGraphile: both tabs and what they lead to, in one query; marks, rules and results by mutations.

const { createPostGraphileSchema, withPostGraphileContext } = require('postgraphile');
const { graphql, GraphQLObjectType } = require('graphql');
const { Pool } = require('pg');
const { NAME, REASON, RESULT_COLUMNS, ACHIEVEMENT_COLUMNS, ok, same, asPsql, done } = require('../lib/check.js');

const camel = (name) => name.replace(/_(.)/g, (match, letter) => letter.toUpperCase());
// JSON has no instants: they come as text.
const row = (node, columns) => Object.fromEntries(columns.map((column) => [column,
	column.endsWith('_at') && node[camel(column)] ? new Date(node[camel(column)]) : node[camel(column)]]));
const fields = (columns) => columns.map(camel).join(' ');

(async () => {
	const pool = new Pool();
	const schema = await createPostGraphileSchema(pool, ['achieve', 'app'], { dynamicJson: true });
	const ask = async (source, variableValues) => {
		const answer = await withPostGraphileContext({ pgPool: pool, pgSettings: { 'achieve.actor': NAME } },
			(contextValue) => graphql({ schema, source, variableValues, contextValue }));
		if (answer.errors) throw answer.errors[0];
		return answer.data;
	};
	const types = Object.values(schema.getTypeMap()).filter((type) => type instanceof GraphQLObjectType);
	const described = types.filter((type) => /^(ResultsTab|AchievementsTab|AuditTab|EventSummary)$/.test(type.name));
	ok(described.length === 4 && described.every((type) => !/[@{]/.test(type.description)), 'descriptions are words for people',
		described.map((type) => type.description));

	const results = `resultsTabsByEventId(orderBy: LEARNER_ID_ASC) { totalCount nodes { ${fields(RESULT_COLUMNS)} } }`;
	const whole = (await ask(`query { eventByEventId(eventId: "1") {
		code passingRule ${results}
		achievementsTabsByEventId(orderBy: ROW_KEY_ASC) { nodes { ${fields(ACHIEVEMENT_COLUMNS)}
			learnerByLearnerId { name } resultsTabByEventIdAndLearnerId { outcome learnerName } certificateByEventIdAndCertificateId { number } } } } }`)).eventByEventId;
	asPsql(whole.resultsTabsByEventId.nodes.map((node) => row(node, RESULT_COLUMNS)), RESULT_COLUMNS, 'results', 'lists the Results tab of an event');
	same(whole.resultsTabsByEventId.totalCount, 6, 'and counts it');
	const achievements = whole.achievementsTabsByEventId.nodes;
	asPsql(achievements.map((node) => row(node, ACHIEVEMENT_COLUMNS)), ACHIEVEMENT_COLUMNS, 'achievements', 'lists the Achievements tab of an event');
	same(achievements.filter((node) => node.learnerByLearnerId.name !== node.resultsTabByEventIdAndLearnerId.learnerName), [],
		'an achievement leads to its learner and its result');
	same(achievements.filter((node) => node.number && node.certificateByEventIdAndCertificateId).map((node) =>
		node.certificateByEventIdAndCertificateId.number === node.number), [true], 'and to its certificate');
	same(whole.passingRule, 'absences <= 1 and score(final) >= 60', 'reads rules as text');
	const filtered = await ask(`query { allResultsTabs(condition: { eventId: "1", outcome: "passed", accountId: "2" }, orderBy: LEARNER_ID_ASC) {
		nodes { ${fields(RESULT_COLUMNS)} } } }`);
	asPsql(filtered.allResultsTabs.nodes.map((node) => row(node, RESULT_COLUMNS)), RESULT_COLUMNS, 'filtered', 'filters by outcome and account');
	const account = await ask('query { accountByAccountId(accountId: "2") { resultsTabsByAccountId(condition: { outcome: "passed" }) { totalCount } } }');
	same(account.accountByAccountId.resultsTabsByAccountId.totalCount, 2, 'an account leads to its results');
	const rows = [];
	for (let page, after = null; !page || page.pageInfo.hasNextPage;) {
		page = (await ask(`query Page($after: Cursor) { allResultsTabs(first: 4, after: $after, condition: { eventId: "1" }, orderBy: LEARNER_ID_ASC) {
			pageInfo { hasNextPage endCursor } nodes { rowKey } } }`, { after })).allResultsTabs;
		rows.push(...page.nodes.map((node) => node.rowKey));
		after = page.pageInfo.endCursor;
	}
	same(rows, ['1:1', '1:2', '1:3', '1:4', '1:5', '1:6'], 'pages by cursor');
	same((await ask('query { resultsTabByRowKey(rowKey: "1:1") { learnerName } }')).resultsTabByRowKey.learnerName, 'Anna Müller', 'gets a row of a view by its key');

	await ask('mutation { updateEventByEventId(input: { eventId: "2", eventPatch: { passingRule: "ATTENDED>=2 or score(final)>=50" } }) { clientMutationId } }');
	const marked = await ask(`mutation Mark($note: String) { createAttendance(input: { attendance: { eventId: "2", learnerId: "3", sessionNo: 2, status: "late", note: $note } }) {
		query { resultsTabByRowKey(rowKey: "2:3") { outcome } } } }`, { note: NAME });
	same(marked.createAttendance.query.resultsTabByRowKey.outcome, 'passed', 'a mark makes a learner pass at once');
	await ask(`mutation Result($reason: String) { setResult(input: { eventId: "1", learnerId: "5", outcome: "passed", reason: $reason }) { clientMutationId } }`, { reason: REASON });
	const audit = await ask('query { allAuditTabs(condition: { eventId: "1", learnerId: "5", action: "result.set" }) { nodes { actor reason newValue learnerByLearnerId { name } } } }');
	same(audit.allAuditTabs.nodes.map((node) => [node.actor, node.reason, typeof node.newValue, node.learnerByLearnerId.name]),
		[[NAME, REASON, 'object', 'Eve \\ 100%']], 'reads the audit, with who it was about');
	const refused = await ask('mutation { updateEventByEventId(input: { eventId: "2", eventPatch: { passingRule: "absense <= 2" } }) { clientMutationId } }')
		.catch((error) => error);
	same(refused.originalError && refused.originalError.code, '42601', 'a bad rule is refused with a SQLSTATE');
	await pool.end();
	done();
})();
