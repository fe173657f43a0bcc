import type { Profile } from '@invitree/sdk';
import type { Output } from './output.ts';
import { formatPhone } from './phones.ts';
import { facts } from './table.ts';
import { orDash, when, yesOrNo } from './words.ts';

/** A profile in words. */
export async function profileFacts(
  profile: Omit<Profile, 'referrals'> & { status?: string },
  out: Output,
): Promise<string> {
  const phone = profile.phone && (await formatPhone(profile.phone));
  const expiry = profile.inviteCodeExpiresAt ? ` until ${when(profile.inviteCodeExpiresAt)}` : '';
  return facts(
    [
      ['Name', orDash(profile.displayName)],
      ['Phone', orDash(phone)],
      ['Verified', yesOrNo(profile.phoneVerified)],
      ['Email', orDash(profile.email)],
      ['Role', profile.role],
      ...(profile.status ? [['Status', profile.status] as [string, string]] : []),
      ['Invite code', profile.inviteCode ? profile.inviteCode + expiry : '–'],
      ['Activated', orDash(profile.activatedInviteCode)],
      ['Referrals', String(profile.referralCount)],
      ['Since', when(profile.createdAt)],
      ['Id', profile.id],
    ],
    out,
  );
}
