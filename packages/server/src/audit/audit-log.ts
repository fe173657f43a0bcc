import sql from 'sql-template-tag';
import { type Cursor, type Page, pageOf } from '../core/paging.ts';
import type { Deps } from '../deps.ts';

export interface AuditEntry {
  id: string;
  at: Date;
  /** null: nobody who is signed in, as at a failed sign-in */
  actorId: string | null;
  action: string;
  targetId: string | null;
  ip: string | null;
  details: Record<string, unknown> | null;
}

interface Wanted {
  cursor?: Cursor | undefined;
  limit: number;
  /** Entries by this user or about them. */
  userId?: string | undefined;
}

/** What happened, the newest first. Ids are UUID v7, so their order is that of time. */
export async function listAudit(
  { database }: Pick<Deps, 'database'>,
  { cursor, limit, userId }: Wanted,
): Promise<Page<AuditEntry>> {
  const before = cursor ? sql`id < ${cursor.id}::uuid` : sql`true`;
  const newest = sql`order by id desc limit ${limit + 1}`;
  // Two walks along an index each; `or` would make one through everything.
  const which = userId
    ? sql`(select * from audit_entries where actor_id = ${userId} and ${before} ${newest})
          union (select * from audit_entries where target_id = ${userId} and ${before} ${newest})`
    : sql`select * from audit_entries where ${before}`;
  const rows = await database.query<AuditEntry>(sql`
    select id, at, actor_id as "actorId", action, target_id as "targetId", ip, details
    from (${which}) entries ${newest}`);
  return pageOf(rows, limit, ({ at, id }) => ({ at, id }));
}
