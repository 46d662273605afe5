#!/bin/sh
npx drizzle-kit pull
# drizzle-kit does not know the type of rules, and writes the default '' as '.
sed -i "s/: unknown(/: text(/; s/default(')/default('')/" drizzle/schema.ts
