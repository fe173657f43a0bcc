import { group } from '../../define.ts';
import { list } from './list.ts';
import { revoke } from './revoke.ts';

export const sessionsCommands = group('sessions', 'Where I am signed in', [list, revoke], {
  byDefault: 'list',
});
