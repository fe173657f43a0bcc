import { group } from '../../../define.ts';
import { revoke } from './revoke.ts';

export const codesCommands = group('codes', 'Invite codes of others', [revoke]);
