// Drizzle: the schema that drizzle-kit pulled compiles strictly, loads, and reads and writes.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { and, asc, eq, getTableColumns, getViewSelectedFields, gt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import * as relations from './drizzle/relations';
import * as schema from './drizzle/schema';

const { NAME, REASON, RESULT_COLUMNS, ACHIEVEMENT_COLUMNS, ok, same, asPsql, done } = require('../lib/check.js');
const { resultsTabInAchieve: resultsTab, achievementsTabInAchieve: achievementsTab, auditTabInAchieve: auditTab,
	attendanceInAchieve: attendance, eventInAchieve: event, resultInAchieve: result } = schema;

const camel = (name: string) => name.replace(/_(.)/g, (match, letter) => letter.toUpperCase());
// Instants come as text, as PostgreSQL writes them.
const named = (rows: any[], columns: string[]) => rows.map((row) => Object.fromEntries(columns.map((column) => [column,
	column.endsWith('_at') && row[camel(column)] ? new Date(row[camel(column)].replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')) : row[camel(column)]])));

async function main() {
	const source = readFileSync('drizzle/schema.ts', 'utf8');
	same((source.match(/failed to parse database type '(.*)'/g) ?? []).filter((line) => !line.endsWith("'rule'")), [],
		'drizzle-kit knows every type but that of rules');
	let complaints = '';
	try {
		execFileSync('npx', ['tsc', '-p', '.'], { encoding: 'utf8' });
	} catch (error: any) {
		complaints = error.stdout;
	}
	same(complaints, '', 'the schema that it pulls compiles');
	ok(Object.keys(schema).length > 40 && Object.keys(relations).length > 20, 'and has the tables, views and relations', Object.keys(schema).length);
	same(Object.keys(getTableColumns(attendance)).slice(0, 4), ['eventId', 'learnerId', 'sessionNo', 'status'], 'with their columns');
	ok('waitingFor' in getViewSelectedFields(resultsTab), 'and those of views');

	const pool = new Pool();
	const db = drizzle(pool, { schema: { ...schema, ...relations } });
	const tab = (...more: any[]) => db.select().from(resultsTab).where(and(eq(resultsTab.eventId, 1), ...more)).orderBy(asc(resultsTab.learnerId));
	const rows = await tab();
	asPsql(named(rows, RESULT_COLUMNS), RESULT_COLUMNS, 'results', 'lists the Results tab');
	same([typeof rows[0].eventId, typeof rows[0].attendancePercent, typeof rows[0].paid], ['number', 'string', 'boolean'], 'the values have types of their own');
	asPsql(named(await tab(eq(resultsTab.outcome, 'passed'), eq(resultsTab.accountId, 2)), RESULT_COLUMNS), RESULT_COLUMNS, 'filtered', 'filters by outcome and account');
	const achievements = await db.select().from(achievementsTab).where(eq(achievementsTab.eventId, 1)).orderBy(asc(achievementsTab.rowKey));
	asPsql(named(achievements, ACHIEVEMENT_COLUMNS), ACHIEVEMENT_COLUMNS, 'achievements', 'lists the Achievements tab, with dates as text');
	asPsql(await db.select({ event_id: event.eventId, code: event.code, passing_rule: event.passingRule }).from(event).orderBy(event.eventId),
		['event_id', 'code', 'passing_rule'], 'rules', 'reads rules as text');
	const pages: any[] = [];
	for (const skip of [0, 2, 4]) pages.push(...await tab().limit(2).offset(skip));
	same(pages, rows, 'pages by LIMIT and OFFSET');
	const found: any[] = [];
	for (let page; (page = await tab(gt(resultsTab.learnerId, found.at(-1)?.learnerId ?? 0)).limit(4)).length > 0;) found.push(...page);
	same(found, rows, 'pages by the last key seen');
	const learner = await db.query.learnerInAchieve.findFirst({ where: eq(schema.learnerInAchieve.learnerId, 1), with: { accountInAchieve: true } });
	same((learner as any)?.accountInAchieve.name, 'Nordwind Energie GmbH', 'follows relations');

	await db.transaction(async (tx) => {
		await tx.execute(sql`SELECT achieve.set_context(${NAME})`);
		await tx.update(event).set({ passingRule: 'ATTENDED>=2 or score(final)>=50' }).where(eq(event.eventId, 2));
		await tx.insert(attendance).values({ eventId: 2, learnerId: 3, sessionNo: 2, status: 'late', note: NAME });
		same(await tx.select({ outcome: result.outcome }).from(result).where(and(eq(result.eventId, 2), eq(result.learnerId, 3))), [{ outcome: 'passed' }],
			'a mark makes a learner pass at once');
		await tx.execute(sql`SELECT achieve.set_result(${1}, ${5}, ${'passed'}, ${REASON})`);
	});
	const audit = await db.select().from(auditTab).where(and(eq(auditTab.eventId, 1), eq(auditTab.learnerId, 5), eq(auditTab.action, 'result.set')));
	same(audit.map((row) => [row.actor, row.reason, typeof row.newValue]), [[NAME, REASON, 'object']], 'reads the audit');
	const refused: any = await db.update(event).set({ passingRule: 'absense <= 2' }).where(eq(event.eventId, 2)).catch((error) => error);
	same((refused.cause ?? refused).code, '42601', 'a bad rule is refused with a SQLSTATE');
	await pool.end();
	done();
}
main();
