import { defineGroup } from '../../command.ts';
import { list } from './list.ts';
import { stats } from './stats.ts';
import { tree } from './tree.ts';

export const referralsCommands = defineGroup(
  'referrals',
  'View your referrals',
  [list, tree, stats],
  {
    defaultCommand: 'list',
  },
);
