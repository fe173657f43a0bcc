import type { Profile } from '@invitree/sdk';
import { formatPhone, formatTime, orDash, yesOrNo } from './format.ts';
import type { Output } from './output.ts';
import { renderDetails } from './table.ts';

export async function renderProfile(
  profile: Omit<Profile, 'referrals'> & { status?: string },
  out: Output,
): Promise<string> {
  const phone = profile.phone && (await formatPhone(profile.phone));
  const expiresAt = profile.inviteCodeExpiresAt;
  const expiry = expiresAt ? ` (expires ${formatTime(expiresAt)})` : '';
  return renderDetails(
    [
      ['ID', profile.id],
      ['Name', orDash(profile.displayName)],
      ['Phone', orDash(phone)],
      ['Phone verified', yesOrNo(profile.phoneVerified)],
      ['Email', orDash(profile.email)],
      ['Role', profile.role],
      ...(profile.status ? [['Status', profile.status] as [string, string]] : []),
      ['Invite code', profile.inviteCode ? profile.inviteCode + expiry : '–'],
      ['Activated code', orDash(profile.activatedInviteCode)],
      ['Referrals', String(profile.referralCount)],
      ['Joined', formatTime(profile.createdAt)],
    ],
    out,
  );
}
