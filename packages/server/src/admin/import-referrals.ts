import sql from 'sql-template-tag';
import { recordAudit } from '../audit/audit.ts';
import { DomainError } from '../core/errors.ts';
import { parsePhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import { activate } from '../referral/activate.ts';
import type { Imported, Problem } from './import.ts';
import { pastTime } from './import-users.ts';
import type { Actor } from './status-and-role.ts';

/** Who brought whom in another system, as text. */
export interface ReferralLine {
  refereePhone: string;
  referrerPhone: string;
  /** ISO 8601 */
  activatedAt?: string | undefined;
}

interface Referral {
  index: number;
  refereePhone: string;
  referrerPhone: string;
  activatedAt: Date;
}

interface User {
  id: string;
  phone: string;
  inviteCode: string | null;
  referrerId: string | null;
}

/**
 * Takes referrals over, each through the rule that every activation goes through, at the time it
 * happened: so no import can close a circle or give a user a second referrer. It is recorded under
 * the referrer's present invite code. A referral that is there already is left as it is. Each line
 * is a transaction of its own, for the locks of a batch would stand in the way of others.
 */
export async function importReferrals(
  deps: Deps,
  actor: Actor,
  { lines, dryRun }: { lines: ReferralLine[]; dryRun: boolean },
): Promise<Imported> {
  const problems: Problem[] = [];
  const referrals = lines.flatMap((line, index) => readLine(deps, line, index, problems) ?? []);
  const users = await findUsers(deps, referrals);
  if (!dryRun && referrals.length > 0)
    await deps.database.query(
      recordAudit(
        {
          at: new Date(deps.clock()),
          action: 'data.imported',
          ip: actor.ip,
          details: { kind: 'referrals', lines: referrals.length },
        },
        sql`values (${actor.userId}::uuid, null::uuid)`,
      ),
    );
  let created = 0;
  let existing = 0;
  for (const { index, refereePhone, referrerPhone, activatedAt } of referrals) {
    const referee = users.get(refereePhone);
    const referrer = users.get(referrerPhone);
    const refuse = (field: keyof ReferralLine, reason: Problem['reason']) =>
      problems.push({ index, field, reason });
    if (!referee) refuse('refereePhone', 'NOT_FOUND');
    else if (!referrer) refuse('referrerPhone', 'NOT_FOUND');
    else if (referee.referrerId === referrer.id) existing++;
    else if (referrer.inviteCode === null) refuse('referrerPhone', 'INVITE_CODE_NOT_FOUND');
    else {
      const input = { userId: referee.id, inviteCode: referrer.inviteCode, ip: actor.ip };
      const reason = await place(deps, input, { activatedAt, dryRun });
      if (!reason) created++;
      // Placed meanwhile, as by the batch of an import that was cut off and is run again.
      else if (reason === 'ALREADY_ACTIVATED' && (await brought(deps, referrer.id, referee.id)))
        existing++;
      else {
        refuse('referrerPhone', reason);
        continue;
      }
      referee.referrerId = referrer.id;
    }
  }
  return { created, existing, problems: problems.sort((a, b) => a.index - b.index) };
}

/** Undoes a dry run: what it found is what the run would have found. */
class Rehearsed extends Error {}

/** Activates as of then, and says why if it may not be. */
async function place(
  deps: Deps,
  input: Parameters<typeof activate>[2],
  { activatedAt, dryRun }: { activatedAt: Date; dryRun: boolean },
): Promise<Problem['reason'] | undefined> {
  // The rules against abuse go by addresses and bursts, and an import is nothing but those.
  const config = { ...deps.config, REFERRAL_ABUSE: 'off' as const };
  try {
    await deps.database.transaction(async (tx) => {
      await activate({ ...deps, config, clock: () => +activatedAt }, tx, input);
      if (dryRun) throw new Rehearsed();
    });
  } catch (error) {
    if (error instanceof Rehearsed) return undefined;
    if (error instanceof DomainError && error.reason !== 'UNAVAILABLE') return error.reason;
    throw error;
  }
  return undefined;
}

async function brought(
  { database }: Deps,
  referrerId: string,
  refereeId: string,
): Promise<boolean> {
  const found = await database.query(sql`
    select from referrals where referee_id = ${refereeId} and referrer_id = ${referrerId}`);
  return found.length > 0;
}

function readLine(
  { config, clock }: Deps,
  line: ReferralLine,
  index: number,
  problems: Problem[],
): Referral | undefined {
  const now = new Date(clock());
  let field: keyof ReferralLine = 'refereePhone';
  try {
    const refereePhone = parsePhone(line.refereePhone, config.DEFAULT_REGION);
    field = 'referrerPhone';
    const referrerPhone = parsePhone(line.referrerPhone, config.DEFAULT_REGION);
    field = 'activatedAt';
    const text = line.activatedAt?.trim();
    return { index, refereePhone, referrerPhone, activatedAt: text ? pastTime(text, now) : now };
  } catch {
    const reason = field === 'activatedAt' ? 'INPUT_INVALID' : 'PHONE_INVALID';
    problems.push({ index, field, reason });
    return undefined;
  }
}

async function findUsers({ database }: Deps, referrals: Referral[]): Promise<Map<string, User>> {
  const phones = referrals.flatMap(({ refereePhone, referrerPhone }) => [
    refereePhone,
    referrerPhone,
  ]);
  const users = await database.query<User>(sql`
    select u.id, u.phone, c.code as "inviteCode", r.referrer_id as "referrerId"
    from users u
    left join invite_codes c on c.user_id = u.id and c.retired_at is null
    left join referrals r on r.referee_id = u.id
    where u.phone = any(${phones}::text[])`);
  return new Map(users.map((user) => [user.phone, user]));
}
