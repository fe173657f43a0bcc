import { Command } from 'commander';
import { createColors } from 'picocolors';
import packageJson from '../package.json' with { type: 'json' };
import { activate } from './commands/activate.ts';
import { adminCommands } from './commands/admin/index.ts';
import { codeCommands } from './commands/code/index.ts';
import { complete, completion } from './commands/completion.ts';
import { configCommands } from './commands/config/index.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { profileCommands } from './commands/profile/index.ts';
import { referralsCommands } from './commands/referrals/index.ts';
import { register } from './commands/register.ts';
import { sessionsCommands } from './commands/sessions/index.ts';
import { whoami } from './commands/whoami.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';

const EPILOGUE = `
Output is words and tables on a terminal; piped, or with --json, it is JSON (lists: one JSON object a line).
Exit codes: 0 well, 1 refused by the server, 2 wrong usage, 3 server out of reach, 130 given up.
Environment: INVITREE_SERVER (name or address), INVITREE_TOKEN (an access token), NO_COLOR.

Begin with:
  $ invitree config add home https://invitree.example.com
  $ invitree login
`;

/** The whole tree of commands. What a command does is loaded when it is called. */
export function createProgram(io: Io): Command {
  const program = new Command('invitree')
    .description('Sign-in by phone number and referrals, at the terminal.')
    .version(packageJson.version, '-V, --version', 'show the version')
    .option('-s, --server <server>', 'a name from `invitree config show`, or an address')
    .option('--json', 'JSON, also on a terminal')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('(see --help)');
  program.commandsGroup('Account:');
  for (const make of [login, register, logout, whoami, profileCommands, sessionsCommands])
    program.addCommand(make(io));
  program.commandsGroup('Referrals:');
  for (const make of [codeCommands, activate, referralsCommands]) program.addCommand(make(io));
  program.commandsGroup('Operators:');
  program.addCommand(adminCommands(io));
  program.commandsGroup('This program:');
  program.addCommand(configCommands(io));
  program.addCommand(completion(io));
  program.addCommand(complete(io, program), { hidden: true });
  everywhere(program, (command) => settle(command, io));
  return program;
}

function everywhere(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const each of command.commands) everywhere(each, visit);
}

/** Writes where it is told to, and throws instead of ending the process. */
function settle(command: Command, io: Io): void {
  const { width } = createOutput(io, {});
  const { bold } = createColors(
    io.stdout.isTTY === true && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb',
  );
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      // Colours are asked for above or not at all.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({ styleTitle: bold, showGlobalOptions: command.parent !== null });
  if (command.parent) command.helpOption('-h, --help', 'show help').helpCommand(false);
}
