const { PrismaClient } = require('@prisma/client');
const { PrismaPg } = require('@prisma/adapter-pg');

async function main() {
	const adapter = new PrismaPg({
		connectionString: process.env.DATABASE_URL,
		options: '-c TimeZone=UTC', // the adapter takes every instant for one in UTC
	});
	const prisma = new PrismaClient({ adapter });
	await prisma.$transaction(async (tx) => {
		await tx.$executeRaw`SELECT achieve.set_context(${'Ingrid Solberg'})`;
		await tx.attendance.create({ data: { event_id: 2, learner_id: 1, session_no: 2, status: 'present' } });
	});
	const rows = await prisma.results_tab.findMany({
		where: { event_id: 1, outcome: 'passed' },
		orderBy: { learner_id: 'asc' },
	});
	for (const row of rows) console.log(`${row.learner_name}, ${row.account_name}: ${row.outcome}`);
	await prisma.$disconnect();
}
main();
