import sql from 'sql-template-tag';
import { type Cursor, type Page, pageOf } from '../core/paging.ts';
import type { Deps } from '../deps.ts';

export interface AuditEntry {
  id: string;
  at: Date;
  /** null if nobody was signed in, as for a failed sign-in */
  actorId: string | null;
  action: string;
  targetId: string | null;
  ip: string | null;
  details: Record<string, unknown> | null;
}

interface AuditQuery {
  cursor?: Cursor | undefined;
  limit: number;
  /** Only entries with this user as the actor or the target. */
  userId?: string | undefined;
}

/** Lists audit entries, newest first. Ids are UUID v7, so they sort by time. */
export async function listAudit(
  { database }: Pick<Deps, 'database'>,
  { cursor, limit, userId }: AuditQuery,
): Promise<Page<AuditEntry>> {
  const before = cursor ? sql`id < ${cursor.id}::uuid` : sql`true`;
  const newest = sql`order by id desc limit ${limit + 1}`;
  // The union reads one index per branch; `or` would scan the whole table.
  const which = userId
    ? sql`(select * from audit_entries where actor_id = ${userId} and ${before} ${newest})
          union (select * from audit_entries where target_id = ${userId} and ${before} ${newest})`
    : sql`select * from audit_entries where ${before}`;
  const rows = await database.query<AuditEntry>(sql`
    select id, at, actor_id as "actorId", action, target_id as "targetId", ip, details
    from (${which}) entries ${newest}`);
  return pageOf(rows, limit, ({ at, id }) => ({ at, id }));
}
