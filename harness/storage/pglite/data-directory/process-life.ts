import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** One life of one process: a pid is used again, a pid and its start time are not. */
export interface ProcessLife {
  readonly host: string;
  readonly pid: number;
  /** As the operating system tells it; only ever compared. */
  readonly startedAt: string;
}

export function ownLife(): ProcessLife {
  return { host: hostname(), pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown' };
}

/** False only when it is certain that the process is gone: one on another host may be alive. */
export function mayBeAlive({ host, pid, startedAt }: ProcessLife): boolean {
  return host !== hostname() || startOf(pid) === startedAt;
}

/** Undefined when there is no such process, or only its remains wait to be collected. */
function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
}

/** Fields of /proc/<pid>/stat behind the name, which may hold anything: state first, start time twentieth. */
function startOnLinux(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isGone = fields[0] === 'Z' || fields[0] === 'X';
  return isGone ? undefined : fields[19];
}

function startByPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  const [state = 'Z', ...start] = stdout.trim().split(/\s+/);
  return status !== 0 || state.startsWith('Z') ? undefined : start.join(' ');
}
