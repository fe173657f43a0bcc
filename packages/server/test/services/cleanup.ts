/**
 * Services that a suite starts for itself, so that its tests can stop, freeze and kill them.
 * Every suite that starts one calls `afterAll(stopServices)`.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let started = new AsyncDisposableStack();

/** Runs `stop` when the suite ends, also after a failure. The last one added runs first. */
export function atSuiteEnd(stop: () => unknown): void {
  started.defer(async () => void (await stop()));
}

export async function stopServices(): Promise<void> {
  const all = started;
  started = new AsyncDisposableStack();
  await all.disposeAsync();
}

/** A folder that is removed when the suite ends. */
export function temporaryFolder(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `invitree-${name}-`));
  // PostgreSQL and PgBouncer run as another user if the tests run as root.
  chmodSync(path, 0o777);
  atSuiteEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
