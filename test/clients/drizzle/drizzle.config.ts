import { defineConfig } from 'drizzle-kit';

const { PGUSER, PGPORT, PGDATABASE } = process.env;
export default defineConfig({
	dialect: 'postgresql',
	schemaFilter: ['achieve'],
	out: './drizzle',
	dbCredentials: { url: `postgresql://${PGUSER}@127.0.0.1:${PGPORT}/${PGDATABASE}` },
});
