import { defineGroup } from '../../../command.ts';
import { list } from './list.ts';
import { logout } from './logout.ts';
import { show } from './show.ts';
import { block, demote, promote, unblock } from './update.ts';

export const usersCommands = defineGroup('users', 'Find and manage users', [
  list,
  show,
  block,
  unblock,
  promote,
  demote,
  logout,
]);
