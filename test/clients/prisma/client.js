// Prisma: models and views as introspected; rules by SQL, since it leaves out columns of a type that it does not know.

const fs = require('fs');
const { PrismaClient } = require('@prisma/client');
const { PrismaPg } = require('@prisma/adapter-pg');
const { NAME, REASON, RESULT_COLUMNS, ACHIEVEMENT_COLUMNS, ok, same, asPsql, done } = require('../lib/check.js');

// Dates come as midnight in UTC: a calendar date is their first ten letters.
const dated = (rows) => rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) =>
	[name, value instanceof Date && !name.endsWith('_at') ? value.toISOString().slice(0, 10) : value])));

(async () => {
	const pulled = fs.readFileSync('schema.prisma', 'utf8');
	const models = pulled.match(/^(model|view) \w+/gm);
	ok(models.includes('model event') && models.includes('view results_tab') && models.length > 40, 'pulls every table and view', models);
	same([...new Set(pulled.match(/Unsupported\("[^"]*"\)/g))], ['Unsupported("rule")'], 'knows every type but that of rules');
	same(pulled.split(/^}/m).filter((block) => block.includes('@@ignore')).map((block) => block.match(/^(model|view) (\w+)/m)[2]), ['pending_evaluation'],
		'ignores nothing but the engine\'s own list');

	const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, options: '-c TimeZone=UTC' }) });
	const tab = (where, more) => prisma.results_tab.findMany({ where: { event_id: 1, ...where }, orderBy: { learner_id: 'asc' }, ...more });
	const rows = await tab();
	asPsql(rows, RESULT_COLUMNS, 'results', 'lists the Results tab');
	const first = rows[0];
	same([typeof first.event_id, typeof first.sessions, typeof first.attendance_percent, typeof first.paid, first.decided_at instanceof Date],
		['bigint', 'number', 'object', 'boolean', true], 'the values have types of their own');
	asPsql(await tab({ outcome: 'passed', account_id: 2 }), RESULT_COLUMNS, 'filtered', 'filters by outcome and account');
	asPsql(dated(await prisma.achievements_tab.findMany({ where: { event_id: 1 }, orderBy: { row_key: 'asc' } })), ACHIEVEMENT_COLUMNS, 'achievements',
		'lists the Achievements tab');
	asPsql(await prisma.$queryRaw`SELECT event_id, code, passing_rule::text FROM achieve.event ORDER BY event_id`, ['event_id', 'code', 'passing_rule'], 'rules',
		'reads rules as text, by SQL');
	const keys = (some) => some.map((row) => row.row_key);
	same([...keys(await tab({}, { take: 3 })), ...keys(await tab({}, { take: 3, skip: 3 }))], keys(rows), 'pages by LIMIT and OFFSET');
	same([...keys(await tab({}, { take: 4 })), ...keys(await tab({ learner_id: { gt: 4 } }, { take: 4 }))], keys(rows), 'pages by the last key seen');
	const enrollment = await prisma.enrollment.findUnique({ where: { event_id_learner_id: { event_id: 1, learner_id: 2 } }, include: { event: true, learner: true } });
	same([enrollment.event.code, enrollment.learner.name], ['FA-1', "Bjørn O'Neill"], 'follows relations from a composite key');

	await prisma.$transaction(async (tx) => {
		await tx.$executeRaw`SELECT achieve.set_context(${NAME})`;
		await tx.$executeRaw`UPDATE achieve.event SET passing_rule = ${'ATTENDED>=2 or score(final)>=50'} WHERE event_id = ${2}`;
		await tx.attendance.create({ data: { event_id: 2, learner_id: 3, session_no: 2, status: 'late', note: NAME } });
		const result = await tx.result.findUnique({ where: { event_id_learner_id: { event_id: 2, learner_id: 3 } } });
		same(result.outcome, 'passed', 'a mark makes a learner pass at once');
		await tx.$executeRaw`SELECT achieve.set_result(${1}, ${5}, ${'passed'}, ${REASON})`;
	});
	const audit = await prisma.audit_tab.findMany({ where: { event_id: 1, learner_id: 5, action: 'result.set' } });
	same(audit.map((row) => [row.actor, row.reason, typeof row.new_value]), [[NAME, REASON, 'object']], 'reads the audit');
	const refused = await prisma.$executeRaw`UPDATE achieve.event SET passing_rule = ${'absense <= 2'} WHERE event_id = ${2}`.catch((error) => error);
	ok(/42601/.test(JSON.stringify(refused.meta ?? {}) + refused.message), 'a bad rule is refused with a SQLSTATE', refused);
	await prisma.$disconnect();
	done();
})();
