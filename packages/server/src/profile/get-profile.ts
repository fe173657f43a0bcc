import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { phoneOfReferee } from '../referral/referrals.ts';
import type { Caller } from '../sessions/sessions.ts';
import { type Profile, readProfile } from './profile.ts';

export type PublicProfile = Pick<
  Profile,
  'id' | 'phone' | 'displayName' | 'inviteCode' | 'createdAt'
>;

/**
 * Returns the full profile to the user and to admins, and the public part to the user's referrer.
 * For everyone else, existing and unknown users are indistinguishable.
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
