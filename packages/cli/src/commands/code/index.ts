import { group } from '../../define.ts';
import { check } from './check.ts';
import { show } from './show.ts';

export const codeCommands = group('code', 'My invite code', [show, check], {
  byDefault: 'show',
});
