import { defineGroup } from '../../command.ts';
import { check } from './check.ts';
import { create } from './create.ts';
import { deleteCode } from './delete.ts';
import { find } from './find.ts';
import { show } from './show.ts';

export const codeCommands = defineGroup(
  'code',
  'Manage your invite code',
  [show, create, deleteCode, check, find],
  { defaultCommand: 'show' },
);
