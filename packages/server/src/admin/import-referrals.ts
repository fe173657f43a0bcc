import sql from 'sql-template-tag';
import { DomainError, type Reason } from '../core/errors.ts';
import { parsePhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import { activate } from '../referral/activate.ts';
import { auditImport, type Imported, type Problem, pastTime } from './import.ts';
import type { Actor } from './status-and-role.ts';

/** A referral in another system. The fields are unparsed text, so errors are reported per line. */
export interface ReferralLine {
  refereePhone: string;
  referrerPhone: string;
  /** ISO 8601 */
  activatedAt?: string | undefined;
}

interface ImportedReferral {
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
 * Imports referrals with their original times. Each goes through `activate`, so an import cannot
 * create a cycle or a second referrer. It is stored under the referrer's current invite code.
 * Existing referrals are left unchanged. Each line has its own transaction, because a transaction
 * for the whole batch would hold its locks for too long.
 */
export async function importReferrals(
  deps: Deps,
  actor: Actor,
  { lines, dryRun }: { lines: ReferralLine[]; dryRun: boolean },
): Promise<Imported> {
  const problems: Problem[] = [];
  const referrals = lines.flatMap((line, index) => readLine(deps, line, index, problems) ?? []);
  const users = await findUsersByPhone(deps, referrals);
  if (!dryRun && referrals.length > 0)
    await deps.database.query(
      auditImport(deps, actor, { kind: 'referrals', lines: referrals.length }),
    );
  const client = { ip: actor.ip, userAgent: null };
  let created = 0;
  let existing = 0;
  for (const { index, refereePhone, referrerPhone, activatedAt } of referrals) {
    const referee = users.get(refereePhone);
    const referrer = users.get(referrerPhone);
    const reject = (field: keyof ReferralLine, reason: Reason) =>
      problems.push({ index, field, reason });
    if (!referee) reject('refereePhone', 'NOT_FOUND');
    else if (!referrer) reject('referrerPhone', 'NOT_FOUND');
    else if (referee.referrerId === referrer.id) existing++;
    else if (referrer.inviteCode === null) reject('referrerPhone', 'INVITE_CODE_NOT_FOUND');
    else {
      const input = { userId: referee.id, inviteCode: referrer.inviteCode, client };
      const reason = await activateAt(deps, input, { activatedAt, dryRun });
      if (!reason) created++;
      // Activated since the users were read, for example by an earlier attempt at the same batch.
      else if (reason === 'ALREADY_ACTIVATED' && (await isReferredBy(deps, referee, referrer)))
        existing++;
      else {
        reject('referrerPhone', reason);
        continue;
      }
      referee.referrerId = referrer.id;
    }
  }
  return { created, existing, problems: problems.sort((a, b) => a.index - b.index) };
}

/** Thrown to roll back an activation that succeeded in a dry run. */
class DryRunRollback extends Error {}

/** Activates with a time in the past. Returns the reason if the activation is refused. */
async function activateAt(
  deps: Deps,
  input: Parameters<typeof activate>[2],
  { activatedAt, dryRun }: { activatedAt: Date; dryRun: boolean },
): Promise<Reason | undefined> {
  // An import is a burst of activations from one address, which the abuse rules would flag.
  const config = { ...deps.config, REFERRAL_ABUSE: 'off' as const };
  try {
    await deps.database.transaction(async (tx) => {
      await activate({ ...deps, config, clock: () => +activatedAt }, tx, input);
      if (dryRun) throw new DryRunRollback();
    });
  } catch (error) {
    if (error instanceof DryRunRollback) return undefined;
    if (error instanceof DomainError && error.reason !== 'UNAVAILABLE') return error.reason;
    throw error;
  }
  return undefined;
}

async function isReferredBy({ database }: Deps, referee: User, referrer: User): Promise<boolean> {
  const found = await database.query(sql`
    select from referrals where referee_id = ${referee.id} and referrer_id = ${referrer.id}`);
  return found.length > 0;
}

function readLine(
  { config, clock }: Deps,
  line: ReferralLine,
  index: number,
  problems: Problem[],
): ImportedReferral | undefined {
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

async function findUsersByPhone(
  { database }: Deps,
  referrals: ImportedReferral[],
): Promise<Map<string, User>> {
  const phones = referrals.flatMap((referral) => [referral.refereePhone, referral.referrerPhone]);
  const users = await database.query<User>(sql`
    select u.id, u.phone, c.code as "inviteCode", r.referrer_id as "referrerId"
    from users u
    left join invite_codes c on c.user_id = u.id and c.retired_at is null
    left join referrals r on r.referee_id = u.id
    where u.phone = any(${phones}::text[])`);
  return new Map(users.map((user) => [user.phone, user]));
}
