import sql from 'sql-template-tag';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import type { Person } from '../enrichment/port.ts';
import { isPhoneVerified } from '../identity/verified-phone.ts';
import { forgetInviteCodesOf } from '../referral/check-invite-code.ts';
import { ACTIVATED_AT, phoneOfReferee, type Referral } from '../referral/referrals.ts';
import {
  type Caller,
  type CallerRow,
  callerColumns,
  callerOf,
  type FoundCaller,
} from '../sessions/sessions.ts';

export interface Profile {
  id: string;
  phone: string | null;
  email: string | null;
  displayName: string | null;
  role: 'user' | 'admin';
  phoneVerified: boolean;
  inviteCode: string | null;
  inviteCodeExpiresAt: Date | null;
  activatedInviteCode: string | null;
  referrerId: string | null;
  referralCount: number;
  referrals: Referral[];
  createdAt: Date;
  /** For its owner alone. */
  person?: Person | null;
}

export type PublicProfile = Pick<
  Profile,
  'id' | 'phone' | 'displayName' | 'inviteCode' | 'createdAt'
>;

/** What `profileOf` reads, of a user `u`. */
export type ProfileRow = Omit<Profile, 'phoneVerified'> & {
  phoneVerifiedAt: Date | null;
};

/**
 * The columns of a ProfileRow, and what is joined to a user `u` for them: the newest 20 referees too, so that
 * a profile is one statement. The innermost query takes those 20 by index before it looks at their users:
 * joined first, PostgreSQL's generic plan reads whole tables. A row as a whole becomes JSON in half the time
 * that json_build_object takes.
 */
export const PROFILE_COLUMNS = sql`u.id, u.phone, u.email, u.display_name as "displayName", u.role,
      u.phone_verified_at as "phoneVerifiedAt", u.referral_count as "referralCount",
      u.created_at as "createdAt", u.person, c.code as "inviteCode", c.expires_at as "inviteCodeExpiresAt",
      r.invite_code as "activatedInviteCode", r.referrer_id as "referrerId",
      case when u.referral_count = 0 then '[]' else (
        select coalesce(json_agg(referral), '[]') from (
          select n.referee_id as id, f.phone, f.display_name as "displayName", f.status, ${ACTIVATED_AT}
          from (
            select referee_id, activated_at from referrals where referrer_id = u.id
            order by activated_at desc, referee_id desc limit 20
          ) n, lateral (select phone, display_name, status from users where id = n.referee_id) f
        ) referral
      ) end as referrals`;
export const PROFILE_JOINS = sql`
    left join invite_codes c on c.user_id = u.id and c.retired_at is null
    left join referrals r on r.referee_id = u.id`;

type ProfileDeps = Pick<Deps, 'config' | 'clock' | 'database'>;

/** @throws DomainError NOT_FOUND */
export async function readProfile(deps: ProfileDeps, userId: string): Promise<Profile> {
  const [row] = await deps.database.query<ProfileRow>(sql`
    select ${PROFILE_COLUMNS} from users u ${PROFILE_JOINS}
    where u.id = ${userId} and u.status <> 'deleted'`);
  if (!row) throw new DomainError('NOT_FOUND');
  return profileOf(deps, row);
}

/** What `findCallerWithProfile` asks the database. */
export function selectCallerWithProfile(deps: Pick<Deps, 'clock'>, sessionId: string) {
  return sql`
    select ${callerColumns(deps)}, ${PROFILE_COLUMNS}
    from sessions s join users u on u.id = s.user_id ${PROFILE_JOINS}
    where s.id = ${sessionId}`;
}

/**
 * Whose live session this is, with their profile, in one statement.
 * @throws DomainError TOKEN_INVALID, USER_BLOCKED
 */
export async function findCallerWithProfile(
  deps: ProfileDeps,
  sessionId: string,
): Promise<FoundCaller & { profile: Profile }> {
  const statement = selectCallerWithProfile(deps, sessionId);
  const [row] = await deps.database.query<CallerRow & ProfileRow>(statement);
  const caller = callerOf(row);
  return { ...caller, profile: profileOf(deps, row as ProfileRow) };
}

export function profileOf(deps: Pick<Deps, 'config' | 'clock'>, row: ProfileRow): Profile {
  return {
    id: row.id,
    phone: row.phone,
    email: row.email,
    displayName: row.displayName,
    role: row.role,
    phoneVerified: isPhoneVerified(deps, row.phoneVerifiedAt),
    inviteCode: row.inviteCode,
    inviteCodeExpiresAt: row.inviteCodeExpiresAt,
    activatedInviteCode: row.activatedInviteCode,
    referrerId: row.referrerId,
    referralCount: row.referralCount,
    referrals: row.referrals.map((referral) => ({
      ...referral,
      phone: phoneOfReferee(deps.config, referral.phone),
    })),
    createdAt: row.createdAt,
    person: row.person ?? null,
  };
}

/** Changes what the caller says of themselves; what is left out stays. */
export async function updateProfile(
  deps: Deps,
  userId: string,
  { displayName }: { displayName?: string | null | undefined },
): Promise<Profile> {
  if (displayName !== undefined) {
    await deps.database.prisma.user.updateMany({
      // One who has been deleted meanwhile stays without a name.
      where: { id: userId, status: 'active' },
      data: { displayName },
    });
    await forgetInviteCodesOf(deps, userId);
  }
  return readProfile(deps, userId);
}

/**
 * A profile for oneself and admins, its public part for the user's referrer. Others cannot tell a
 * user that exists from one that does not.
 * @throws DomainError FORBIDDEN, NOT_FOUND
 */
export async function getProfile(
  deps: Deps,
  caller: Caller,
  userId: string,
): Promise<Profile | PublicProfile> {
  if (caller.userId === userId) return readProfile(deps, userId);
  if (caller.role === 'admin') {
    const { person: _, ...profile } = await readProfile(deps, userId);
    return profile;
  }
  const referral = await deps.database.prisma.referral.findUnique({
    where: { refereeId: userId, referrerId: caller.userId },
  });
  if (!referral) throw new DomainError('FORBIDDEN');
  const { id, phone, displayName, inviteCode, createdAt } = await readProfile(deps, userId);
  return { id, phone: phoneOfReferee(deps.config, phone), displayName, inviteCode, createdAt };
}
