import type { ReferralTree } from '@invitree/sdk';
import { formatNumber, pluralize } from './format.ts';
import type { Output } from './output.ts';

/** Draws a tree of referrals. Says how many are hidden where a level is cut off. */
export function renderTree(tree: ReferralTree, out: Output): string {
  return [renderUser(tree, out), ...renderBranches(tree, '', out)].join('\n');
}

function renderBranches(
  { children, referralCount }: ReferralTree,
  indent: string,
  out: Output,
): string[] {
  const { dim } = out.colors;
  const hidden = referralCount - children.length;
  const isCutOff = hidden > 0 && children.length > 0;
  const lines = children.flatMap((child, i) => {
    const isLast = i === children.length - 1 && !isCutOff;
    return [
      indent + dim(isLast ? '└── ' : '├── ') + renderUser(child, out),
      ...renderBranches(child, indent + dim(isLast ? '    ' : '│   '), out),
    ];
  });
  if (isCutOff) lines.push(indent + dim(`└── ${formatNumber(hidden)} more`));
  return lines;
}

function renderUser({ user, referralCount }: ReferralTree, { colors }: Output): string {
  const name = user.displayName ?? user.phone ?? (user.status === 'deleted' ? 'deleted' : user.id);
  const phone = user.displayName && user.phone ? ` ${user.phone}` : '';
  const status = user.status === 'blocked' ? ' (blocked)' : '';
  const referrals =
    referralCount > 0 ? colors.dim(`  ${pluralize(referralCount, 'referral')}`) : '';
  return `${name}${phone}${status}${referrals}`;
}
