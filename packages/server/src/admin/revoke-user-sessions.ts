import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { revokeSessions } from '../sessions/sessions.ts';
import type { Actor } from './status-and-role.ts';

/**
 * Ends all of a user's sessions, or one of them, and returns how many ended.
 * @throws DomainError NOT_FOUND if the given session is not one of the user's live sessions
 */
export async function revokeUserSessions(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  actor: Actor,
  { userId, sessionId }: { userId: string; sessionId?: string | undefined },
): Promise<number> {
  const now = new Date(clock());
  const audit = recordAudit(
    {
      at: now,
      action: 'user.sessions_revoked',
      ip: actor.ip,
      details: { sessions: sessionId ?? 'all' },
    },
    sql`select ${actor.userId}::uuid, ${userId}::uuid where exists (select from revoked)`,
  );
  const which = sql`user_id = ${userId} and ${sessionId ? sql`id = ${sessionId}` : sql`true`}`;
  const revoked = await database.query(sql`
    with revoked as (${revokeSessions(which, now)}
    ), audit as (${audit})
    select id from revoked`);
  if (sessionId && revoked.length === 0) throw new DomainError('NOT_FOUND');
  return revoked.length;
}
