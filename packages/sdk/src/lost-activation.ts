import type { ErrorOf } from './errors.ts';
import type { Activation, Profile } from './generated/api.ts';

/**
 * Recovers an activation whose response was lost: the retry fails with ALREADY_ACTIVATED although
 * the first attempt succeeded. Returns the activation if the user activated this same invite code.
 * @throws InvitreeError `error` if another code was activated earlier
 */
export async function recoverActivation(
  error: ErrorOf<'ALREADY_ACTIVATED'>,
  input: unknown,
  fetchProfile: () => Promise<Profile>,
): Promise<Activation> {
  const { inviteCode, activatedAt } = error;
  const requested = (input as { inviteCode: string }).inviteCode.trim().toUpperCase();
  if (requested !== inviteCode) throw error;
  const { id, referrerId, activatedInviteCode } = await fetchProfile();
  if (!referrerId || activatedInviteCode !== inviteCode) throw error;
  return { userId: id, referrerId, inviteCode, activatedAt };
}
