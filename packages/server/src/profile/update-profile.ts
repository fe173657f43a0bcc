import type { Deps } from '../deps.ts';
import { forgetInviteCodesOf } from '../referral/check-invite-code.ts';
import { type Profile, readProfile } from './profile.ts';

/** Updates the given fields of a profile and returns the whole profile. */
export async function updateProfile(
  deps: Deps,
  userId: string,
  { displayName }: { displayName?: string | null | undefined },
): Promise<Profile> {
  if (displayName !== undefined) {
    await deps.database.prisma.user.updateMany({
      // The condition keeps a concurrently deleted user without a name.
      where: { id: userId, status: 'active' },
      data: { displayName },
    });
    await forgetInviteCodesOf(deps, userId);
  }
  return readProfile(deps, userId);
}
