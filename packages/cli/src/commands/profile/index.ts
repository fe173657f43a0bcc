import { group } from '../../define.ts';
import { get } from './get.ts';
import { password } from './password.ts';
import { phone } from './phone.ts';
import { show } from './show.ts';
import { update } from './update.ts';

export const profileCommands = group(
  'profile',
  'What is known of me',
  [show, update, phone, password, get],
  { byDefault: 'show' },
);
