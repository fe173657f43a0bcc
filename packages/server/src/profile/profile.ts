import sql from 'sql-template-tag';
import type { Caller } from '../auth/sessions.ts';
import { isPhoneVerified } from '../auth/verified-phone.ts';
import { DomainError } from '../errors.ts';
import type { Deps, Person } from '../ports.ts';
import { forgetCodesOf } from '../referral/check-code.ts';
import { phoneOfReferee, type Referral } from '../referral/referrals.ts';

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

type Row = Omit<Profile, 'phoneVerified' | 'referrals'> & {
  phoneVerifiedAt: Date | null;
  referrals: (Omit<Referral, 'activatedAt'> & { activatedAt: string })[];
};

/**
 * A user with the newest 20 referees, in one statement. The inner query takes those 20 by index
 * before it looks at their users: joined first, PostgreSQL's generic plan reads whole tables.
 * @throws DomainError NOT_FOUND
 */
export async function readProfile(
  deps: Pick<Deps, 'config' | 'clock' | 'database'>,
  userId: string,
): Promise<Profile> {
  const [row] = await deps.database.query<Row>(sql`
    select u.id, u.phone, u.email, u.display_name as "displayName", u.role,
      u.phone_verified_at as "phoneVerifiedAt", u.referral_count as "referralCount",
      u.created_at as "createdAt", u.person, c.code as "inviteCode", c.expires_at as "inviteCodeExpiresAt",
      r.invite_code as "activatedInviteCode", r.referrer_id as "referrerId",
      case when u.referral_count = 0 then '[]' else (
        select coalesce(json_agg(json_build_object('id', n.referee_id, 'phone', f.phone,
          'displayName', f.display_name, 'status', f.status, 'activatedAt', n.activated_at)), '[]')
        from (
          select referee_id, activated_at from referrals where referrer_id = u.id
          order by activated_at desc, referee_id desc limit 20
        ) n, lateral (select phone, display_name, status from users where id = n.referee_id) f
      ) end as referrals
    from users u
    left join invite_codes c on c.user_id = u.id and c.retired_at is null
    left join referrals r on r.referee_id = u.id
    where u.id = ${userId} and u.status <> 'deleted'`);
  if (!row) throw new DomainError('NOT_FOUND');
  const { phoneVerifiedAt, referrals, ...profile } = row;
  return {
    ...profile,
    phoneVerified: isPhoneVerified(deps, phoneVerifiedAt),
    referrals: referrals.map((referral) => ({
      ...referral,
      phone: phoneOfReferee(deps.config, referral.phone),
      activatedAt: new Date(referral.activatedAt),
    })),
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
    await forgetCodesOf(deps, userId);
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
