import { defineGroup } from '../../command.ts';
import { list } from './list.ts';
import { revoke } from './revoke.ts';

export const sessionsCommands = defineGroup('sessions', 'Manage your sessions', [list, revoke], {
  defaultCommand: 'list',
});
