import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import type { Deps } from '../deps.ts';
import { revokeSessions } from '../sessions/sessions.ts';
import type { Actor } from './status-and-role.ts';

/** Sessions per transaction, so that the locks are short. */
const BATCH_SIZE = 2_000;

/** Less than every id. */
const START = '00000000-0000-0000-0000-000000000000';

/**
 * Ends every session that exists now, the admin's own included, and returns how many it ended.
 * Millions take minutes: after a lost connection, call it again for those that are left. The first
 * batch records the call; a call that ends nothing is not recorded.
 */
export async function endAllSessions(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  actor: Actor,
): Promise<number> {
  const now = new Date(clock());
  const event = { at: now, action: 'sessions.revoked_all', ip: actor.ip } as const;
  let ended = 0;

  /** Ends the next batch of sessions in the order of ids, and returns their ids. */
  async function endBatch(after: string): Promise<string[]> {
    const batch = sql`
          select id from sessions
          where id > ${after}::uuid and created_at <= ${now} and revoked_at is null
            and expires_at > ${now}
          order by id limit ${BATCH_SIZE} for no key update`;
    const isFirst = sql`${ended === 0} and exists (select from revoked)`;
    const audit = recordAudit(
      event,
      sql`select ${actor.userId}::uuid, null::uuid where ${isFirst}`,
    );
    const revoked = await database.transaction((tx) =>
      tx.query<{ id: string }>(sql`
        with revoked as (${revokeSessions(sql`id in (${batch})`, now)}
        ), audit as (${audit})
        select id from revoked`),
    );
    return revoked.map(({ id }) => id).sort();
  }

  for (let endedBefore = -1; ended > endedBefore; ) {
    // Another pass finds the sessions that were being opened during this one.
    endedBefore = ended;
    for (let after: string | undefined = START; after !== undefined; ) {
      const ids: string[] = await endBatch(after);
      ended += ids.length;
      after = ids.at(-1);
    }
  }
  return ended;
}
