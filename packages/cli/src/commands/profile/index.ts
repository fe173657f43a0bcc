import { defineGroup } from '../../command.ts';
import { deleteProfile } from './delete.ts';
import { exportProfile } from './export.ts';
import { get } from './get.ts';
import { password } from './password.ts';
import { phone } from './phone.ts';
import { show } from './show.ts';
import { update } from './update.ts';

export const profileCommands = defineGroup(
  'profile',
  'Manage your account',
  [show, update, phone, password, get, exportProfile, deleteProfile],
  { defaultCommand: 'show' },
);
