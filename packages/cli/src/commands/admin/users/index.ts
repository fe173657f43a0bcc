import { group } from '../../../define.ts';
import { block, demote, promote, unblock } from './change.ts';
import { list } from './list.ts';
import { logout } from './logout.ts';
import { show } from './show.ts';

export const usersCommands = group('users', 'Find users, block them, make admins', [
  list,
  show,
  block,
  unblock,
  promote,
  demote,
  logout,
]);
