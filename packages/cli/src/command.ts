import type { Client } from '@invitree/sdk';
import { type Argument, Command, type Option } from 'commander';
import type { Io } from './io.ts';
import { createOutput, type Output } from './output/output.ts';

/** What a command runs with. */
export interface Context {
  io: Io;
  out: Output;
  /** The value of --server, if given. */
  server: string | undefined;
  /** Returns a client of the selected server with the stored session. */
  connect(): Promise<Client>;
}

interface CommandDefinition<Options, Arguments extends unknown[]> {
  name: string;
  summary: string;
  /** Full sentences for the command's own help. Default: the summary. */
  description?: string;
  /** Complete command lines that work when pasted. */
  examples: string[];
  arguments?: Argument[];
  options?: Option[];
  run(context: Context, options: Options, ...args: Arguments): Promise<void>;
}

/** Each file under commands exports one of these. */
export type CommandFactory = (io: Io) => Command;

export function defineCommand<Options = object, Arguments extends unknown[] = []>({
  name,
  summary,
  description = `${summary}.`,
  examples,
  arguments: args = [],
  options = [],
  run,
}: CommandDefinition<Options, Arguments>): CommandFactory {
  return (io) => {
    const command = new Command(name)
      .summary(summary)
      .description(description)
      .addHelpText('after', formatExamples(examples));
    for (const argument of args) command.addArgument(argument);
    for (const option of options) command.addOption(option);
    return command.action(async (...actionArgs: unknown[]) => {
      // Commander passes the options and the command after the arguments.
      const values = actionArgs.slice(0, -2) as Arguments;
      const globals = command.optsWithGlobals<{ server?: string; json?: boolean }>();
      const context: Context = {
        io,
        out: createOutput(io, globals),
        server: globals.server,
        connect: async () => (await import('./connect.ts')).connect(io, globals.server),
      };
      await run(context, command.opts() as Options, ...values);
    });
  };
}

/** Groups the commands of a noun. Without a subcommand it runs the default one or shows help. */
export function defineGroup(
  name: string,
  summary: string,
  commands: CommandFactory[],
  { defaultCommand }: { defaultCommand?: string } = {},
): CommandFactory {
  return (io) => {
    const group = new Command(name).summary(summary).description(`${summary}.`);
    for (const createCommand of commands) {
      const command = createCommand(io);
      group.addCommand(command, { isDefault: command.name() === defaultCommand });
    }
    return group;
  };
}

function formatExamples(examples: string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}\n`;
}
