import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CommandIo, defineCommand } from '../cli/define-command.ts';
import { type DatabaseChoice, existingDatabase } from '../cli/existing-database.ts';
import { choice, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';
import { type AuditReport, renderAuditReport } from '../render/audit-report.ts';

export const audit = defineCommand({
  name: 'audit',
  summary: 'Check that no row of the audit was changed, removed or slipped in.',
  arguments: {
    action: choice({ summary: 'verify', among: ['verify'], fallback: 'verify' }),
  },
  options: {
    databaseUrl: text('PostgreSQL that holds it; DATABASE_URL otherwise', 'url'),
    dataDir: text('directory of the embedded database that holds it', 'directory'),
    since: text('what --json printed earlier: rows cut off since then show', 'file'),
  },
  run: async ({ databaseUrl, dataDir, since }, io) => {
    const heads = since === undefined ? new Map<string, Head>() : readHeads(since);
    const report = await verifyAll({ databaseUrl, dataDir, heads }, io);
    const rows = report.tenants.reduce((total, each) => total + each.rows, 0);
    return {
      exitCode: report.broken.length > 0 ? 1 : rows > 0 ? 0 : 2,
      text: renderAuditReport(report, io.paint),
      json: { ...report },
    };
  },
});

type Head = AuditReport['tenants'][number]['head'];

interface Place extends DatabaseChoice {
  /** Newest rows that were noted earlier, by tenant. */
  readonly heads: ReadonlyMap<string, Head>;
}

async function verifyAll(place: Place, io: CommandIo): Promise<AuditReport> {
  const { openHarnessDatabase, openAudit, verifyAudit } = await import('#harness');
  const { heads } = place;
  const where = await existingDatabase('audit', place, io.environment);
  await using database = await openHarnessDatabase(where);
  const store = await openAudit(database);
  const tenants: AuditReport['tenants'][number][] = [];
  const broken: AuditReport['broken'][number][] = [];
  for (const tenant of new Set([...(await store.tenants()), ...heads.keys()])) {
    const verdict = verifyAudit(await store.read(tenant, 0), heads.get(tenant));
    if (verdict.ok) tenants.push({ tenant, rows: verdict.rows, head: verdict.head });
    else broken.push({ tenant, seq: verdict.seq, what: verdict.what });
  }
  return { tenants, broken };
}

const notedSchema = z.object({
  tenants: z.array(
    z.object({ tenant: z.string(), head: z.object({ seq: z.number(), hash: z.string() }) }),
  ),
});

function readHeads(file: string): ReadonlyMap<string, Head> {
  try {
    const { tenants } = notedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(tenants.map(({ tenant, head }) => [tenant, head]));
  } catch (error) {
    throw new UsageError(`--since: ${file} is not what audit verify --json prints.`, {
      cause: error,
    });
  }
}
