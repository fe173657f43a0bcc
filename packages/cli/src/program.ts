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
import { hasColors, type Io } from './io.ts';
import { createOutput } from './output/output.ts';

const EPILOGUE = `
Output:
  Text in a terminal, JSON when piped or with --json. Lists are JSON Lines.

Exit codes:
  0    Success
  1    Refused by the server, or incomplete
  2    Usage error
  3    Server unreachable
  130  Interrupted

Environment variables:
  INVITREE_SERVER  Name or URL of the server to use
  INVITREE_TOKEN   Access token to use instead of the stored session
  NO_COLOR         Set to any value to turn off colors

Get started:
  $ invitree config add home https://invitree.example.com
  $ invitree login
`;

/** Builds the command tree. Commands load what they need when they run. */
export function createProgram(io: Io): Command {
  const program = new Command('invitree')
    .description('Sign in by phone number and manage referrals from the command line.')
    .version(packageJson.version, '-V, --version', 'Show the version')
    .option('-s, --server <server>', 'Name or URL of the server to use')
    .option('--json', 'Print JSON even in a terminal')
    .addHelpText('after', EPILOGUE);
  program.commandsGroup('Account:');
  for (const create of [login, register, logout, whoami, profileCommands, sessionsCommands])
    program.addCommand(create(io));
  program.commandsGroup('Referrals:');
  for (const create of [codeCommands, activate, referralsCommands]) program.addCommand(create(io));
  program.commandsGroup('Administration:');
  program.addCommand(adminCommands(io));
  program.commandsGroup('CLI:');
  program.addCommand(configCommands(io));
  program.addCommand(completion(io));
  program.addCommand(complete(io, program), { hidden: true });
  configure(program, 'invitree', io);
  return program;
}

/** Makes a command tree write to `io`, and throw instead of ending the process. */
function configure(command: Command, path: string, io: Io): void {
  const { width } = createOutput(io, {});
  const { bold } = createColors(hasColors(io.stdout, io.env));
  const { red, cyan } = createColors(hasColors(io.stderr, io.env));
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // Matches the errors of `Output.error`.
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first) => `${red('error:')} ${first.toUpperCase()}`)),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      // Commander must not strip colors: `bold` adds none where they are off.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({ styleTitle: bold, showGlobalOptions: command.parent !== null })
    .helpOption('-h, --help', 'Show help')
    .helpCommand(false)
    .showHelpAfterError(`${cyan('hint:')} See \`${path} --help\`.`);
  for (const each of command.commands) configure(each, `${path} ${each.name()}`, io);
}
