import type { InviteCode } from '@invitree/sdk';
import { formatTime, yesOrNo } from './format.ts';
import type { Output } from './output.ts';
import { renderDetails } from './table.ts';

export function renderInviteCode(
  { code, active, createdAt, expiresAt }: InviteCode,
  out: Output,
): string {
  return renderDetails(
    [
      ['Invite code', out.colors.bold(code)],
      ['Active', yesOrNo(active)],
      ['Created', formatTime(createdAt)],
      ['Expires', expiresAt ? formatTime(expiresAt) : 'never'],
    ],
    out,
  );
}
