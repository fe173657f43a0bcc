import { group } from '../../define.ts';
import { add } from './add.ts';
import { remove } from './remove.ts';
import { show } from './show.ts';
import { use } from './use.ts';

export const configCommands = group(
  'config',
  'The servers that this program knows',
  [show, add, use, remove],
  { byDefault: 'show' },
);
