import { defineGroup } from '../../command.ts';
import { audit } from './audit.ts';
import { codesCommands } from './codes/index.ts';
import { exportRecords } from './export.ts';
import { findings } from './findings.ts';
import { importRecords } from './import.ts';
import { sessionsCommands } from './sessions/index.ts';
import { stats } from './stats.ts';
import { usersCommands } from './users/index.ts';

export const adminCommands = defineGroup('admin', 'Manage the service (for admins)', [
  usersCommands,
  codesCommands,
  sessionsCommands,
  stats,
  audit,
  findings,
  exportRecords,
  importRecords,
]);
