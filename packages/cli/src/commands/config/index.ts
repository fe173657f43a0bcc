import { defineGroup } from '../../command.ts';
import { add } from './add.ts';
import { remove } from './remove.ts';
import { show } from './show.ts';
import { use } from './use.ts';

export const configCommands = defineGroup('config', 'Manage servers', [show, add, use, remove], {
  defaultCommand: 'show',
});
