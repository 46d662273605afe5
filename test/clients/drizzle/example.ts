import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { attendanceInAchieve as attendance, resultsTabInAchieve as resultsTab } from './drizzle/schema';

async function main() {
	const pool = new Pool(); // finds the server in PGHOST, PGPORT, PGUSER, PGDATABASE
	const db = drizzle(pool);
	await db.transaction(async (tx) => {
		await tx.execute(sql`SELECT achieve.set_context(${'Ingrid Solberg'})`);
		await tx.insert(attendance).values({ eventId: 2, learnerId: 1, sessionNo: 2, status: 'present' });
	});
	const rows = await db.select().from(resultsTab)
		.where(and(eq(resultsTab.eventId, 1), eq(resultsTab.outcome, 'passed'))).orderBy(resultsTab.learnerId);
	for (const row of rows) console.log(`${row.learnerName}, ${row.accountName}: ${row.outcome}`);
	await pool.end();
}
main();
