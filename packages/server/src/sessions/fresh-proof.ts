import sql, { type Sql as Statement } from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import { MINUTE } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import type { Caller } from './sessions.ts';

/**
 * How long a proof of identity counts, in milliseconds. It is shorter than an access token lives, so
 * that a stolen token alone does not change how its owner signs in.
 */
export const PROOF_LIFETIME = 10 * MINUTE;

type Prover = Pick<Caller, 'userId' | 'sessionId'>;

/** SQL condition on a row of `sessions`: it is live, and its user proved who they are recently. */
function isFresh({ clock }: Pick<Deps, 'clock'>, { userId, sessionId }: Prover): Statement {
  const now = new Date(clock());
  return sql`id = ${sessionId} and user_id = ${userId} and revoked_at is null
        and expires_at > ${now} and reauthenticated_at > ${new Date(+now - PROOF_LIFETIME)}`;
}

/**
 * SQL condition that the caller's session has a fresh proof. It locks nothing: use it only beside
 * `freshProof`, where the proof must be known before a row is locked.
 */
export function hasFreshProof(deps: Pick<Deps, 'clock'>, caller: Prover): Statement {
  return sql`exists (select from sessions where ${isFresh(deps, caller)})`;
}

/**
 * A query for the `id` of the caller's session, or for no row without a fresh proof. Run it as a CTE
 * of the statement that makes the change, and make the change depend on its row.
 *
 * It locks the user's row and then the session's. Of two changes at the same time, the second one
 * therefore sees that the first one ended its session, and two such changes cannot deadlock.
 */
export function freshProof(deps: Pick<Deps, 'clock'>, caller: Prover): Statement {
  return sql`
      select id from sessions
      where ${isFresh(deps, caller)} and user_id = (
        select id from users where id = ${caller.userId} and status = 'active' for no key update)
      for no key update`;
}

/**
 * Requires a fresh proof of the caller, and keeps it valid until the transaction ends.
 * @throws DomainError REAUTHENTICATION_REQUIRED
 */
export async function requireFreshProof(
  deps: Pick<Deps, 'clock'>,
  tx: Sql,
  caller: Prover,
): Promise<void> {
  const proofs = await tx.query(freshProof(deps, caller));
  if (proofs.length === 0) throw new DomainError('REAUTHENTICATION_REQUIRED');
}
