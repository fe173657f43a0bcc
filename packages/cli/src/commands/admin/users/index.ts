import { defineGroup } from '../../../command.ts';
import { list } from './list.ts';
import { logout } from './logout.ts';
import { show } from './show.ts';
import { unlock } from './unlock.ts';
import { block, demote, promote, unblock } from './update.ts';

export const usersCommands = defineGroup('users', 'Find and manage users', [
  list,
  show,
  block,
  unblock,
  unlock,
  promote,
  demote,
  logout,
]);
