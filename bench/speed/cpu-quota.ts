import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
/**
 * Microseconds. A short period throttles a process evenly. The quota, a share of the period, must
 * be at least 1,000.
 */
const PERIOD = 10_000;

/**
 * Limits each process to a share of one core (Linux cgroups v1 or v2), so that the machine itself
 * is not the bottleneck for two of them.
 * @returns a function that removes the limits, or undefined if the system does not permit limits
 */
export function limitCpu(pids: number[], share: number): (() => void) | undefined {
  const unified = existsSync(join(ROOT, 'cgroup.controllers'));
  const base = unified ? ROOT : join(ROOT, 'cpu');
  const folders: string[] = [];
  const removeLimits = () => {
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
    return removeLimits;
  } catch {
    if (folders.length > 0) removeLimits();
    return undefined;
  }
}
