import { existsSync, writeFileSync } from 'node:fs';
import type { KeyStore, Principal, Random } from '#harness';
import { issueApiKey } from '#harness/server';

/** Issues a key for each principal and writes them where only their owner reads; an existing file is left as it is. */
export async function ensureKeyFile(
  file: string,
  keys: KeyStore,
  { principals, random }: { readonly principals: readonly Principal[]; readonly random: Random },
): Promise<'written' | 'kept'> {
  if (existsSync(file)) return 'kept';
  const lines: string[] = [];
  for (const principal of principals) {
    const { key } = await issueApiKey(keys, principal, random);
    lines.push(`${principal.role} ${principal.id} ${key}\n`);
  }
  writeFileSync(file, lines.join(''), { mode: 0o600, flag: 'wx' });
  return 'written';
}
