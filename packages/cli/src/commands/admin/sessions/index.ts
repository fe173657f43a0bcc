import { defineGroup } from '../../../command.ts';
import { endAll } from './end-all.ts';

export const sessionsCommands = defineGroup('sessions', "Manage everyone's sessions", [endAll]);
