// Prisma's own engine for schemas is a program that it downloads. Where that is
// not to be had, the one for driver adapters does the same; the adapter does
// not know two types of the catalogs, "char" and name, yet.
import { defineConfig } from 'prisma/config';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';

const known: Record<number, number> = { 18: 25, 19: 25, 1002: 1009, 1003: 1009 };

function withCatalogTypes(db: any) {
	const perform = db.performIO.bind(db);
	const query = db.queryRaw.bind(db);
	let letters: boolean[] = [];
	db.performIO = async (asked: any) => {
		const result = await perform(asked);
		letters = (result.fields ?? []).map((field: any) => field.dataTypeID === 18);
		for (const field of result.fields ?? []) field.dataTypeID = known[field.dataTypeID] ?? field.dataTypeID;
		return result;
	};
	db.queryRaw = async (asked: any) => {
		const result = await query(asked);
		result.columnTypes = result.columnTypes.map((type: any, place: number) => letters[place] ? ColumnTypeEnum.Character : type);
		return result;
	};
	return db;
}

class Adapter extends PrismaPg {
	async connect() { return withCatalogTypes(await super.connect()); }
	async connectToShadowDb() { return withCatalogTypes(await super.connectToShadowDb()); }
}

export default defineConfig({
	experimental: { adapter: true },
	engine: 'js',
	schema: 'schema.prisma',
	adapter: async () => new Adapter({ connectionString: process.env.DATABASE_URL }),
});
