import sql, { type Sql as Statement } from 'sql-template-tag';
import { z } from 'zod';
import { checkInput, DomainError } from '../core/errors.ts';
import { Retry, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { requireVerifiedPhone } from '../identity/verified-phone.ts';
import { type InviteCode, randomInviteCode } from './invite-codes.ts';
import { isReserved } from './reserved-words.ts';

export interface NewInviteCode {
  /** ISO 8601 with an offset; in the future, at most a year ahead. null for never */
  expiresAt: string | null;
  /** A custom code; random if left out */
  code?: string | undefined;
}

/**
 * Creates the user's next code and retires an expired one in the same transaction. Constraints of
 * the table guarantee that the user has no other active code and that nobody has ever had this one.
 * @throws DomainError INPUT_INVALID, PHONE_VERIFICATION_REQUIRED, ACTIVE_INVITE_CODE_EXISTS,
 *   INVITE_CODE_TAKEN, INVITE_CODE_LIMIT, USER_BLOCKED
 */
export async function createInviteCode(
  deps: Deps,
  userId: string,
  { expiresAt: text, code: customCode }: NewInviteCode,
): Promise<InviteCode> {
  const { clock, inviteCodeCache, database } = deps;
  const now = new Date(clock());
  if (customCode !== undefined) rejectReservedCode(deps, customCode);
  const expiresAt = text === null ? null : readExpiry(text, now);
  const { created, expired } = await database.transaction(async (tx) => {
    await requireVerifiedPhone(deps, tx, userId);
    const [expired] = await tx.query<{ code: string }>(sql`
      update invite_codes set retired_at = ${now}
      where user_id = ${userId} and retired_at is null and expires_at <= ${now} returning code`);
    const code = customCode ?? randomInviteCode();
    // The lock on the user's row keeps a concurrent deletion from missing the new code.
    const [created] = await tx.query<InviteCode>(sql`
      insert into invite_codes (code, user_id, created_at, expires_at)
      select ${code}, u.id, ${now}::timestamptz, ${expiresAt}::timestamptz
      from (select id from users where id = ${userId} and status = 'active' for key share) u
      where ${customCode === undefined} or ${hasRoom(userId)}
      on conflict do nothing
      returning code, created_at as "createdAt", expires_at as "expiresAt", true as active`);
    if (!created) throw await findConflict(tx, userId, customCode);
    return { created, expired };
  });
  await inviteCodeCache.forget(created.code, expired?.code);
  return created;
}

/** Custom codes beyond this many codes of an account are refused: nobody can have them again. */
const MAX_CODES = 100;

function hasRoom(userId: string): Statement {
  return sql`(
        select count(*) < ${MAX_CODES} from invite_codes where user_id = ${userId})`;
}

/** @throws DomainError INPUT_INVALID */
export function rejectReservedCode({ config }: Pick<Deps, 'config'>, code: string): void {
  const allowed = z.string().refine((text) => !isReserved(text, config.INVITE_CODES_RESERVED), {
    error: 'Choose a code without reserved words',
  });
  checkInput(z.object({ code: allowed }), { code });
}

function readExpiry(text: string, now: Date): Date {
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + 1);
  const expiresAt = z
    .date()
    .min(new Date(+now + 1))
    .max(latest);
  return checkInput(z.object({ expiresAt }), { expiresAt: new Date(text) }).expiresAt;
}

type Conflict = Record<'isActive' | 'hasCode' | 'isTaken' | 'hasRoom', boolean>;

async function findConflict(tx: Sql, userId: string, customCode = ''): Promise<Error> {
  const [conflict] = await tx.query<Conflict>(sql`
    select status = 'active' as "isActive",
      exists (
        select from invite_codes where user_id = ${userId} and retired_at is null
      ) as "hasCode",
      exists (select from invite_codes where code = ${customCode}) as "isTaken",
      ${hasRoom(userId)} as "hasRoom"
    from users where id = ${userId}`);
  if (!conflict?.isActive) return new DomainError('USER_BLOCKED');
  if (conflict.hasCode) return new DomainError('ACTIVE_INVITE_CODE_EXISTS');
  if (customCode && !conflict.hasRoom) return new DomainError('INVITE_CODE_LIMIT');
  if (conflict.isTaken) return new DomainError('INVITE_CODE_TAKEN');
  // A random code was already taken, or the user's active code has just been deleted.
  return new Retry();
}
