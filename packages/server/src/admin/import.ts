import sql, { type Sql as Statement } from 'sql-template-tag';
import { z } from 'zod';
import { recordAudit } from '../audit/audit.ts';
import type { Reason } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from './status-and-role.ts';

/** Why one line of a batch was not imported. */
export interface Problem {
  /** The line's index in the batch, from 0 */
  index: number;
  field: string;
  reason: Reason;
}

export interface Imported {
  created: number;
  /** Lines that were imported before. They are left unchanged, so an import can be repeated. */
  existing: number;
  problems: Problem[];
}

/** Parses ISO 8601. @throws if the text is not a time, or a time in the future or before 1970 */
export function pastTime(text: string, now: Date): Date {
  const time = z.iso.datetime({ offset: true }).or(z.iso.date()).parse(text);
  return z.date().min(new Date('1970-01-01T00:00:00Z')).max(now).parse(new Date(time));
}

export function auditImport(
  { clock }: Pick<Deps, 'clock'>,
  actor: Actor,
  details: { kind: 'users'; created: number } | { kind: 'referrals'; lines: number },
): Statement {
  return recordAudit(
    { at: new Date(clock()), action: 'data.imported', ip: actor.ip, details },
    sql`values (${actor.userId}::uuid, null::uuid)`,
  );
}
