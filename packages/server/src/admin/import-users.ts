import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordAudit } from '../audit/audit.ts';
import { email } from '../core/email.ts';
import { parsePhone } from '../core/phone.ts';
import { Retry, type Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { displayName } from '../profile/schemas.ts';
import { normalizeInviteCode, randomInviteCode } from '../referral/invite-codes.ts';
import type { Imported, Problem } from './import.ts';
import type { Actor } from './status-and-role.ts';

/** A user of another system, as text: what is wrong with a line is said of that line alone. */
export interface UserLine {
  phone: string;
  email?: string | undefined;
  displayName?: string | undefined;
  /** Their own invite code, to go on working; else they get a new one. */
  inviteCode?: string | undefined;
  status?: string | undefined;
  /** When they signed up, ISO 8601 */
  createdAt?: string | undefined;
}

interface User {
  index: number;
  id: string;
  phone: string;
  email: string | null;
  displayName: string | null;
  inviteCode: string | null;
  status: 'active' | 'blocked';
  createdAt: Date;
}

/**
 * Takes users over. A phone that has an account is left as it is, so the same batch can come again.
 * The role is not taken over: that one gives by hand. All good lines of a batch or, if it fails, none.
 */
export function importUsers(
  deps: Deps,
  actor: Actor,
  { lines, dryRun }: { lines: UserLine[]; dryRun: boolean },
): Promise<Imported> {
  const problems: Problem[] = [];
  const users = lines.flatMap((line, index) => readLine(deps, line, index, problems) ?? []);
  return deps.database.transaction(async (tx) => {
    const taken = await findTaken(tx, users);
    const conflicts: Problem[] = [];
    const fresh: User[] = [];
    for (const user of users) {
      const { index, phone, email, inviteCode } = user;
      if (taken.phones.has(phone)) continue;
      const problem =
        email !== null && taken.emails.has(email)
          ? ({ index, field: 'email', reason: 'EMAIL_TAKEN' } as const)
          : inviteCode !== null && taken.codes.has(inviteCode)
            ? ({ index, field: 'inviteCode', reason: 'INVITE_CODE_TAKEN' } as const)
            : undefined;
      if (problem) {
        conflicts.push(problem);
        continue;
      }
      fresh.push(user);
      taken.phones.add(phone);
      if (email !== null) taken.emails.add(email);
      if (inviteCode !== null) taken.codes.add(inviteCode);
    }
    const created = fresh.length;
    if (created > 0 && !dryRun) {
      await insert(tx, fresh);
      await tx.query(
        recordAudit(
          {
            at: new Date(deps.clock()),
            action: 'data.imported',
            ip: actor.ip,
            details: { kind: 'users', created },
          },
          sql`values (${actor.userId}::uuid, null::uuid)`,
        ),
      );
    }
    const all = [...problems, ...conflicts].sort((a, b) => a.index - b.index);
    return { created, existing: users.length - created - conflicts.length, problems: all };
  });
}

const code = z.string().regex(/^[A-Z0-9-]{4,20}$/);
const status = z.enum(['active', 'blocked']);

function readLine(
  { config, clock }: Deps,
  line: UserLine,
  index: number,
  problems: Problem[],
): User | undefined {
  const found: Problem[] = [];
  const read = <Out>(field: keyof UserLine, reader: (text: string) => Out): Out | null => {
    const text = line[field]?.trim();
    if (!text) return null;
    try {
      return reader(text);
    } catch {
      found.push({ index, field, reason: field === 'phone' ? 'PHONE_INVALID' : 'INPUT_INVALID' });
      return null;
    }
  };
  const now = new Date(clock());
  const createdAt = read('createdAt', (text) => pastTime(text, now)) ?? now;
  const phone = read('phone', (text) => parsePhone(text, config.DEFAULT_REGION));
  const user = {
    index,
    id: uuidv7({ msecs: +createdAt }),
    email: read('email', (text) => email.parse(text)),
    displayName: read('displayName', (text) => displayName.parse(text)),
    inviteCode: read('inviteCode', (text) => code.parse(normalizeInviteCode(text))),
    status: read('status', (text) => status.parse(text)) ?? 'active',
    createdAt,
  };
  if (phone === null && found.length === 0)
    found.push({ index, field: 'phone', reason: 'PHONE_INVALID' });
  problems.push(...found);
  return phone === null || found.length > 0 ? undefined : { ...user, phone };
}

/** @throws if it is no time, or one to come */
export function pastTime(text: string, now: Date): Date {
  const time = z.iso.datetime({ offset: true }).or(z.iso.date()).parse(text);
  return z.date().min(new Date('1970-01-01T00:00:00Z')).max(now).parse(new Date(time));
}

async function findTaken(tx: Sql, users: User[]) {
  const given = <Value>(values: (Value | null)[]) => values.filter((value) => value !== null);
  const [taken] = await tx.query<Record<'phones' | 'emails' | 'codes', string[]>>(sql`
    select
      array(select phone from users where phone = any(${users.map(({ phone }) => phone)}::text[])) as phones,
      array(select email from users where email = any(${given(users.map(({ email }) => email))}::text[])) as emails,
      array(select code from invite_codes
        where code = any(${given(users.map(({ inviteCode }) => inviteCode))}::text[])) as codes`);
  return {
    phones: new Set(taken?.phones),
    emails: new Set(taken?.emails),
    codes: new Set(taken?.codes),
  };
}

/** Throws Retry if someone signed up with one of the phones, emails or codes since they were looked for. */
async function insert(tx: Sql, users: User[]): Promise<void> {
  if (users.length === 0) return;
  const column = <Key extends keyof User>(key: Key) => users.map((user) => user[key]);
  const inserted = await tx.query(sql`
    insert into users (id, phone, email, display_name, status, created_at)
    select * from unnest(${column('id')}::uuid[], ${column('phone')}::text[], ${column('email')}::text[],
      ${column('displayName')}::text[], ${column('status')}::user_status[], ${column('createdAt')}::timestamptz[])
    on conflict do nothing returning id`);
  if (inserted.length < users.length) throw new Retry();
  const withCode = users.filter(({ inviteCode }) => inviteCode !== null);
  if ((await insertCodes(tx, withCode)).size < withCode.length) throw new Retry();
  let without = users.filter(({ inviteCode }) => inviteCode === null);
  while (without.length > 0) {
    const drawn = without.map((user) => ({ ...user, inviteCode: randomInviteCode() }));
    const given = await insertCodes(tx, drawn);
    without = without.filter(({ id }) => !given.has(id));
  }
}

/** Whose codes nobody had before. */
async function insertCodes(tx: Sql, users: User[]): Promise<Set<string>> {
  const inserted = await tx.query<{ userId: string }>(sql`
    insert into invite_codes (code, user_id, created_at)
    select * from unnest(${users.map(({ inviteCode }) => inviteCode)}::text[],
      ${users.map(({ id }) => id)}::uuid[], ${users.map(({ createdAt }) => createdAt)}::timestamptz[])
    on conflict do nothing returning user_id as "userId"`);
  return new Set(inserted.map(({ userId }) => userId));
}
