import { group } from '../../define.ts';
import { show } from './show.ts';
import { update } from './update.ts';

export const profileCommands = group('profile', 'What is known of me', [show, update], {
  byDefault: 'show',
});
