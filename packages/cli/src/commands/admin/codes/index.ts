import { defineGroup } from '../../../command.ts';
import { revoke } from './revoke.ts';

export const codesCommands = defineGroup('codes', "Manage users' invite codes", [revoke]);
