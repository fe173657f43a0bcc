import { group } from '../../define.ts';
import { list } from './list.ts';

export const referralsCommands = group('referrals', 'Whom I brought', [list], {
  byDefault: 'list',
});
