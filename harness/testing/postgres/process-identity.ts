import { readFileSync } from 'node:fs';

/** Whom a child process runs as; empty for whoever runs us. */
export interface ProcessIdentity {
  readonly uid?: number;
  readonly gid?: number;
}

const firstOrdinaryUid = 1000;

/** PostgreSQL refuses to run as root: as root, the user `postgres`, else `nobody`, else the first ordinary user. */
export function unprivilegedIdentity(): ProcessIdentity {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid) && uid > 0);
  const user =
    users.find(({ name }) => name === 'postgres') ??
    users.find(({ name }) => name === 'nobody') ??
    users.find(({ uid }) => uid >= firstOrdinaryUid);
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}
