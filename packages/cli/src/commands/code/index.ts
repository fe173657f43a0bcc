import { group } from '../../define.ts';
import { check } from './check.ts';
import { create } from './create.ts';
import { deleteCode } from './delete.ts';
import { find } from './find.ts';
import { show } from './show.ts';

export const codeCommands = group(
  'code',
  'My invite code',
  [show, create, deleteCode, check, find],
  {
    byDefault: 'show',
  },
);
