import type { InviteCode } from '@invitree/sdk';
import type { Output } from './output.ts';
import { facts } from './table.ts';
import { when, yesOrNo } from './words.ts';

export function showCode({ code, active, createdAt, expiresAt }: InviteCode, out: Output): string {
  return facts(
    [
      ['Invite code', out.colors.bold(code)],
      ['Active', yesOrNo(active)],
      ['Since', when(createdAt)],
      ['Expires', expiresAt ? when(expiresAt) : 'never'],
    ],
    out,
  );
}
