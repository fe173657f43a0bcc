import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { requireFreshProof } from './fresh-proof.ts';
import { type Caller, revokeSessions } from './sessions.ts';

type SessionDeps = Pick<Deps, 'clock' | 'database'>;
type Owner = Pick<Caller, 'userId' | 'sessionId'>;

/** Revokes the caller's own session, and returns the number revoked. */
export async function signOut({ clock, database }: SessionDeps, caller: Owner): Promise<number> {
  const which = sql`id = ${caller.sessionId} and user_id = ${caller.userId}`;
  return (await database.query(revokeSessions(which, new Date(clock())))).length;
}

/**
 * Revokes all of the caller's sessions, and returns their number.
 * @throws DomainError REAUTHENTICATION_REQUIRED
 */
export function signOutEverywhere(deps: SessionDeps, caller: Owner): Promise<number> {
  return revokeWithProof(deps, caller, sql`true`);
}

/**
 * Revokes one of the caller's sessions, and returns the number revoked. Any but the current one
 * requires a fresh proof, so that a thief cannot sign the owner out.
 * @throws DomainError REAUTHENTICATION_REQUIRED; NOT_FOUND, also for another user's session
 */
export async function revokeSession(
  deps: SessionDeps,
  caller: Owner,
  sessionId: string,
): Promise<number> {
  const revoked =
    sessionId === caller.sessionId
      ? await signOut(deps, caller)
      : await revokeWithProof(deps, caller, sql`id = ${sessionId}`);
  if (revoked === 0) throw new DomainError('NOT_FOUND');
  return revoked;
}

/**
 * Revokes the user's sessions except the caller's. Call it after a change of how one signs in, in
 * the same transaction: once the change holds the lock on the user's row, no sign-in is in progress
 * whose session this statement does not see.
 */
export async function revokeOtherSessions(
  { clock }: Pick<Deps, 'clock'>,
  tx: Sql,
  { userId, sessionId }: Owner,
): Promise<void> {
  const which = sql`user_id = ${userId} and id <> ${sessionId}`;
  await tx.query(revokeSessions(which, new Date(clock())));
}

function revokeWithProof(deps: SessionDeps, caller: Owner, which: Statement): Promise<number> {
  const own = sql`user_id = ${caller.userId} and ${which}`;
  return deps.database.transaction(async (tx) => {
    await requireFreshProof(deps, tx, caller);
    return (await tx.query(revokeSessions(own, new Date(deps.clock())))).length;
  });
}
