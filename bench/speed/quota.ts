import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
/** Microseconds: short, so that a limited process is slow all the time; a share of it must be 1,000 at least. */
const PERIOD = 10_000;

/**
 * Limits each of these processes to a share of one core (Linux cgroups, either version), so that two of them on
 * a small machine are not limited by it.
 * @returns what lifts the limits; undefined if the system does not let us
 */
export function limitCores(pids: number[], share: number): (() => void) | undefined {
  const unified = existsSync(join(ROOT, 'cgroup.controllers'));
  const base = unified ? ROOT : join(ROOT, 'cpu');
  const folders: string[] = [];
  const lift = () => {
    for (const pid of pids) writeFileSync(join(base, 'cgroup.procs'), String(pid));
    for (const folder of folders) rmdirSync(folder);
  };
  try {
    for (const pid of pids) {
      const folder = join(base, `invitree-bench-${pid}`);
      mkdirSync(folder);
      folders.push(folder);
      const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
      if (unified) write('cpu.max', `${PERIOD * share} ${PERIOD}`);
      else {
        write('cpu.cfs_period_us', String(PERIOD));
        write('cpu.cfs_quota_us', String(PERIOD * share));
      }
      write('cgroup.procs', String(pid));
    }
    return lift;
  } catch {
    if (folders.length > 0) lift();
    return undefined;
  }
}
