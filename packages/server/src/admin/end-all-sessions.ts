import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { revokeSessions } from '../sessions/sessions.ts';
import type { Actor } from './status-and-role.ts';

/** Sessions per transaction. A batch takes about 50 ms and locks no other rows. */
const BATCH_SIZE = 2_000;

/**
 * Ends every session of every user, the admin's own included, and returns how many it ended. Batches
 * keep the locks short. Sessions that open in the meantime end too, so call it again if it fails
 * halfway: a call that ends nothing is not recorded.
 */
export async function endAllSessions(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  actor: Actor,
): Promise<number> {
  let total = 0;
  for (let count = BATCH_SIZE; count > 0; total += count) {
    const now = new Date(clock());
    const live = sql`
          select id from sessions where revoked_at is null and expires_at > ${now}
          order by id limit ${BATCH_SIZE} for no key update skip locked`;
    const audit = recordAudit(
      { at: now, action: 'sessions.revoked_all', ip: actor.ip },
      sql`
        select ${actor.userId}::uuid, null::uuid
        where ${total === 0} and exists (select from revoked)`,
    );
    const batch = await database.transaction((tx) =>
      tx.query(sql`
        with revoked as (${revokeSessions(sql`id in (${live})`, now)}
        ), audit as (${audit})
        select id from revoked`),
    );
    count = batch.length;
  }
  return total;
}
