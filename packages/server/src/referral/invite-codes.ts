import { randomInt } from 'node:crypto';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { checkInput, DomainError } from '../core/errors.ts';
import { Retry, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { requireVerifiedPhone } from '../identity/verified-phone.ts';
import { isClean } from './profanity.ts';

/** Without 0 O, 1 I L: what is read aloud or off a screen arrives as it was. 31 letters, 887 million codes of 6. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 6;

export interface InviteCode {
  code: string;
  createdAt: Date;
  /** null: never */
  expiresAt: Date | null;
  active: boolean;
}

/** How codes are kept and compared: case and surrounding blanks do not matter. */
export function normalizeInviteCode(text: string): string {
  return text.trim().toUpperCase();
}

/** Whether a normalised text can be a code at all: what cannot is not worth a look, nor safe for one. */
export function isInviteCode(text: string): boolean {
  return /^[A-Z0-9-]{4,20}$/.test(text);
}

/** Gives a user a code that nobody ever had; the primary key says which those are. */
export async function issueInviteCode(
  { clock }: Pick<Deps, 'clock'>,
  tx: Sql,
  userId: string,
): Promise<string> {
  for (;;) {
    const [issued] = await tx.query<{ code: string }>(sql`
      insert into invite_codes (code, user_id, created_at)
      values (${randomInviteCode()}, ${userId}, ${new Date(clock())})
      on conflict (code) do nothing returning code`);
    if (issued) return issued.code;
  }
}

export interface NewCode {
  /** ISO 8601 with an offset; in the future, at most a year ahead */
  expiresAt: string;
  /** Own wording; drawn by chance if left out */
  code?: string | undefined;
}

/**
 * Makes the user's next code. One that has expired gives way in the same transaction. That there is
 * no other active one, and that nobody ever had this one, are constraints of the table.
 * @throws DomainError INPUT_INVALID, PHONE_VERIFICATION_REQUIRED, ACTIVE_INVITE_CODE_EXISTS, INVITE_CODE_TAKEN,
 *   USER_BLOCKED
 */
export async function createInviteCode(
  deps: Deps,
  userId: string,
  { expiresAt: text, code: wording }: NewCode,
): Promise<InviteCode> {
  const { clock, inviteCodeCache, database } = deps;
  const now = new Date(clock());
  const expiresAt = readExpiry(text, now);
  const { created, expired } = await database.transaction(async (tx) => {
    await requireVerifiedPhone(deps, tx, userId);
    const [expired] = await tx.query<{ code: string }>(sql`
      update invite_codes set retired_at = ${now}
      where user_id = ${userId} and retired_at is null and expires_at <= ${now} returning code`);
    const code = wording ?? randomInviteCode();
    // The user's row is held against deletion, which retires the codes it sees.
    const [created] = await tx.query<InviteCode>(sql`
      insert into invite_codes (code, user_id, created_at, expires_at)
      select ${code}, u.id, ${now}::timestamptz, ${expiresAt}::timestamptz
      from (select id from users where id = ${userId} and status = 'active' for key share) u
      on conflict do nothing
      returning code, created_at as "createdAt", expires_at as "expiresAt", true as active`);
    if (!created) throw await whyNotCreated(tx, userId, wording);
    return { created, expired };
  });
  await inviteCodeCache.forget(created.code, expired?.code);
  return created;
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

async function whyNotCreated(tx: Sql, userId: string, wording = ''): Promise<Error> {
  const [why] = await tx.query<{ active: boolean; owner: boolean; taken: boolean }>(sql`
    select status = 'active' as active,
      exists (select from invite_codes where user_id = ${userId} and retired_at is null) as owner,
      exists (select from invite_codes where code = ${wording}) as taken
    from users where id = ${userId}`);
  if (!why?.active) return new DomainError('USER_BLOCKED');
  if (why.owner) return new DomainError('ACTIVE_INVITE_CODE_EXISTS');
  if (why.taken) return new DomainError('INVITE_CODE_TAKEN');
  // A random code that someone has, or an active one deleted this very moment.
  return new Retry();
}

/**
 * Deletes the user's code, whether or not it has expired: it works for nobody from now on, and is
 * never issued again. Those it brought stay.
 * @throws DomainError INVITE_CODE_NOT_FOUND
 */
export async function deleteInviteCode(
  { clock, inviteCodeCache, database }: Deps,
  userId: string,
): Promise<void> {
  const [deleted] = await database.query<{ code: string }>(sql`
    update invite_codes set retired_at = ${new Date(clock())}
    where user_id = ${userId} and retired_at is null returning code`);
  if (!deleted) throw new DomainError('INVITE_CODE_NOT_FOUND');
  await inviteCodeCache.forget(deleted.code);
}

/** The user's code, also one that has expired; null if they deleted it. */
export async function findOwnCode(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  userId: string,
): Promise<InviteCode | null> {
  const [code] = await database.query<InviteCode>(sql`
    select code, created_at as "createdAt", expires_at as "expiresAt",
      expires_at is null or expires_at > ${new Date(clock())} as active
    from invite_codes where user_id = ${userId} and retired_at is null`);
  return code ?? null;
}

/**
 * The active code of the user with this email. No such user and none with a code look the same.
 * @param email normalised
 * @throws DomainError INVITE_CODE_NOT_FOUND
 */
export async function findCodeByEmail(
  { clock, database }: Pick<Deps, 'clock' | 'database'>,
  email: string,
): Promise<{ inviteCode: string; expiresAt: Date | null }> {
  const [found] = await database.query<{ inviteCode: string; expiresAt: Date | null }>(sql`
    select c.code as "inviteCode", c.expires_at as "expiresAt"
    from users u join invite_codes c on c.user_id = u.id and c.retired_at is null
    where u.email = ${email} and u.status = 'active'
      and (c.expires_at is null or c.expires_at > ${new Date(clock())})`);
  if (!found) throw new DomainError('INVITE_CODE_NOT_FOUND');
  return found;
}

export function randomInviteCode(): string {
  for (;;) {
    const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(
      '',
    );
    if (isClean(code)) return code;
  }
}
