import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openPostgres } from '../../src/database/postgres.ts';
import { APP_SECRET } from '../harness.ts';

export const log = pino({ level: 'silent' });

/** Timeouts of one second, so that the tests need not wait long. */
export const shortTimeouts = {
  APP_SECRET,
  DATABASE_CONNECT_TIMEOUT: '1',
  DATABASE_STATEMENT_TIMEOUT: '1',
  DATABASE_LOCK_TIMEOUT: '1',
};

/** A database that is closed when the current test finishes. */
export async function open(url: string, env: Record<string, string> = {}) {
  const opened = await openPostgres(url, readConfig({ ...shortTimeouts, ...env }), log);
  onTestFinished(() => opened.close());
  return opened;
}

export const UNAVAILABLE = { status: 503, body: { data: { reason: 'UNAVAILABLE' } } };
