import { group } from '../../define.ts';
import { deleteProfile } from './delete.ts';
import { exportProfile } from './export.ts';
import { get } from './get.ts';
import { password } from './password.ts';
import { phone } from './phone.ts';
import { show } from './show.ts';
import { update } from './update.ts';

export const profileCommands = group(
  'profile',
  'What is known of me',
  [show, update, phone, password, get, exportProfile, deleteProfile],
  { byDefault: 'show' },
);
