import type { AuditEntry, KeyHolder, KeyStore, ListedKey } from '#harness';
import { type CommandResult, defineCommand } from '../cli/define-command.ts';
import { choice, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';
import { servedDatabase } from '../serve/served-database.ts';

export const keys = defineCommand({
  name: 'keys',
  summary:
    'Make, list, replace and revoke the API keys of a server, for people and for services. A key is shown once.',
  arguments: {
    action: choice({
      summary: 'list, create, rotate or revoke',
      among: ['list', 'create', 'rotate', 'revoke'],
      fallback: 'list',
    }),
    id: text('of the key to rotate or revoke, as list shows it', 'id'),
  },
  options: {
    kind: choice({
      summary: 'who holds the new key; a service decides no approvals',
      among: ['person', 'service'],
      fallback: 'person',
    }),
    principal: text('whom the new key speaks for, e.g. emp_lena', 'id'),
    role: text('their role, e.g. supervisor', 'role'),
    tenant: text('their tenant; for list, whose keys (default: all)', 'tenant'),
    databaseUrl: text('PostgreSQL of the server (default: DATABASE_URL)', 'url'),
    dataDir: text('directory of its embedded database (default: .groundhog/serve)', 'dir'),
  },
  run: async ({ action, id, kind, principal, role, tenant, databaseUrl, dataDir }, io) => {
    const holder = action === 'create' ? holderOf({ kind, principal, role, tenant }) : undefined;
    if (id === undefined && (action === 'rotate' || action === 'revoke')) {
      throw new UsageError(`keys ${action} takes the id of a key, as keys list shows it.`);
    }
    const { databaseKeys, openAudit, openHarnessDatabase, readConfig } = await import('#harness');
    const where = servedDatabase({ databaseUrl, dataDir }, readConfig(io.environment));
    await using database = await openHarnessDatabase(where);
    const store = await databaseKeys(database);
    const audit = await openAudit(database);
    const note = async (entry: KeyEvent): Promise<void> => {
      await audit.append(entryOf(entry), Date.now());
    };
    if (holder !== undefined) return created(await issue(store, holder, note));
    const listed = await store.list(action === 'list' ? tenant : undefined);
    if (action === 'list') return listing(listed);
    const key = listed.find(({ keyId, isRevoked }) => keyId === id && !isRevoked);
    if (key === undefined) throw new UsageError(`There is no live key ${id}: see keys list.`);
    const successor = action === 'rotate' ? await issue(store, key, note) : undefined;
    await store.revoke(key.keyId);
    await note({ action: 'key-revoked', key });
    if (successor !== undefined) return created(successor);
    const { keyId } = key;
    return { exitCode: 0, text: `${keyId} opens nothing any more.`, json: { keyId } };
  },
});

interface Issued extends KeyHolder {
  readonly keyId: string;
  readonly key: string;
}

interface KeyEvent {
  readonly action: 'key-created' | 'key-revoked';
  readonly key: KeyHolder & { readonly keyId: string };
}

function holderOf(given: {
  readonly kind: KeyHolder['kind'];
  readonly principal: string | undefined;
  readonly role: string | undefined;
  readonly tenant: string | undefined;
}): KeyHolder {
  const { kind, principal: id, role, tenant } = given;
  if (id === undefined || role === undefined || tenant === undefined) {
    throw new UsageError('keys create takes --principal, --role and --tenant.');
  }
  return { kind, principal: { id, role, tenant } };
}

async function issue(
  store: KeyStore,
  { kind, principal }: KeyHolder,
  note: (event: KeyEvent) => Promise<void>,
): Promise<Issued> {
  const [{ issueKeyFor }, { systemHost }] = await Promise.all([
    import('#harness/server'),
    import('#harness'),
  ]);
  const { keyId, key } = await issueKeyFor(store, { kind, principal }, systemHost().random);
  await note({ action: 'key-created', key: { keyId, kind, principal } });
  return { keyId, key, kind, principal };
}

/** Of the key itself the audit is told nothing. */
function entryOf({ action, key: { keyId, kind, principal } }: KeyEvent): AuditEntry {
  return {
    tenant: principal.tenant,
    key: `${action}/${keyId}`,
    actor: 'operator',
    action,
    subject: keyId,
    isAllowed: true,
    reason: '',
    detail: { kind, principal: principal.id, role: principal.role },
  };
}

function created(issued: Issued): CommandResult {
  const lines = [lineOf(issued), issued.key, 'It is shown this once: only its hash is kept.'];
  return { exitCode: 0, text: lines.join('\n'), json: { ...issued } };
}

function listing(listed: readonly ListedKey[]): CommandResult {
  const lines = listed.map((key) => `${lineOf(key)}${key.isRevoked ? '  revoked' : ''}`);
  return {
    exitCode: 0,
    text: lines.length === 0 ? 'No keys.' : lines.join('\n'),
    json: { keys: listed },
  };
}

const lineOf = ({
  keyId,
  kind,
  principal: { id, role, tenant },
}: KeyHolder & { readonly keyId: string }): string =>
  `${keyId}  ${kind}  ${id} (${role} of ${tenant})`;
