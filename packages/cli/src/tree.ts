import type { ReferralTree } from '@invitree/sdk';
import type { Output } from './output.ts';

/** A tree of users, and how many more there are where it is cut off. */
export function drawTree(tree: ReferralTree, out: Output): string {
  return [label(tree, out), ...branches(tree, '', out)].join('\n');
}

function branches(
  { children, referralCount }: ReferralTree,
  indent: string,
  out: Output,
): string[] {
  const hidden = referralCount - children.length;
  const more = hidden > 0 && children.length > 0;
  const lines = children.flatMap((child, i) => {
    const last = i === children.length - 1 && !more;
    return [
      indent + out.colors.dim(last ? '└── ' : '├── ') + label(child, out),
      ...branches(child, indent + out.colors.dim(last ? '    ' : '│   '), out),
    ];
  });
  if (more) lines.push(`${indent}${out.colors.dim(`└── ${hidden.toLocaleString('en')} more`)}`);
  return lines;
}

function label({ user, referralCount }: ReferralTree, { colors }: Output): string {
  const name = user.displayName ?? user.phone ?? (user.status === 'deleted' ? 'deleted' : user.id);
  const phone = user.displayName && user.phone ? ` ${user.phone}` : '';
  const status = user.status === 'blocked' ? ' (blocked)' : '';
  const brought =
    referralCount > 0 ? colors.dim(`  ${referralCount.toLocaleString('en')} brought`) : '';
  return `${name}${phone}${status}${brought}`;
}
