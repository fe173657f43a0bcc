import { group } from '../../define.ts';
import { audit } from './audit.ts';
import { codesCommands } from './codes/index.ts';
import { exportData } from './export.ts';
import { findings } from './findings.ts';
import { importData } from './import.ts';
import { stats } from './stats.ts';
import { usersCommands } from './users/index.ts';

export const adminCommands = group('admin', 'Run the service (for admins)', [
  usersCommands,
  codesCommands,
  stats,
  audit,
  findings,
  exportData,
  importData,
]);
