import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './harness/storage/schema.ts',
  out: './harness/storage/migrations',
  schemaFilter: ['groundhog'],
  migrations: { schema: 'groundhog_migrations', table: 'applied' },
});
