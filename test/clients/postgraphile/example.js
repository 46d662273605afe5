const { createPostGraphileSchema, withPostGraphileContext } = require('postgraphile');
const { graphql } = require('graphql');
const { Pool } = require('pg');

const query = `mutation {
  createAttendance(input: { attendance: { eventId: "2", learnerId: "1", sessionNo: 2, status: "present" } }) {
    attendance { status }
  }
}
query {
  eventByEventId(eventId: "1") {
    resultsTabsByEventId(condition: { outcome: "passed" }, orderBy: LEARNER_ID_ASC) {
      nodes { outcome learnerByLearnerId { name accountByAccountId { name } } }
    }
  }
}`;
const [mutation, tab] = query.split(/(?=^query)/m);

(async () => {
	const pool = new Pool(); // finds the server in PGHOST, PGPORT, PGUSER, PGDATABASE
	const schema = await createPostGraphileSchema(pool, ['achieve', 'app'], { dynamicJson: true });
	const pgSettings = { 'achieve.actor': 'Ingrid Solberg' }; // for one transaction: who acts
	for (const source of [mutation, tab]) {
		const answer = await withPostGraphileContext({ pgPool: pool, pgSettings },
			(contextValue) => graphql({ schema, source, contextValue }));
		for (const row of answer.data.eventByEventId?.resultsTabsByEventId.nodes ?? []) {
			console.log(`${row.learnerByLearnerId.name}, ${row.learnerByLearnerId.accountByAccountId.name}: ${row.outcome}`);
		}
	}
	await pool.end();
})();
