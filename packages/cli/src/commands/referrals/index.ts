import { group } from '../../define.ts';
import { list } from './list.ts';
import { stats } from './stats.ts';
import { tree } from './tree.ts';

export const referralsCommands = group('referrals', 'Whom I brought', [list, tree, stats], {
  byDefault: 'list',
});
