import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';

/** An arbitrary advisory lock key that nothing else uses */
const LAST_ADMIN_LOCK = 7_361_904;

/**
 * Throws if this user is the last active admin. Call it before the write that would block, demote
 * or delete them, in the same transaction and after locking their row: the lock serializes such
 * writes, so each sees the previous result.
 * @throws DomainError LAST_ADMIN
 */
export async function requireAnotherAdmin(tx: Sql, userId: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${LAST_ADMIN_LOCK}::bigint)`);
  const admins = await tx.query<{ id: string }>(sql`
    select id from users where role = 'admin' and status = 'active' limit 2`);
  if (admins.length === 1 && admins[0]?.id === userId) throw new DomainError('LAST_ADMIN');
}
