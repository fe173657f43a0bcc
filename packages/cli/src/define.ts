import type { Client } from '@invitree/sdk';
import { type Argument, Command, type Option } from 'commander';
import type { Io } from './io.ts';
import { createOutput, type Output } from './output.ts';

/** What a command has to work with. */
export interface Context {
  io: Io;
  out: Output;
  /** The server that is meant: --server, INVITREE_SERVER, or the one in use. */
  server: string | undefined;
  /** A client of that server, as whoever is signed in there. */
  connect(): Promise<Client>;
}

interface Definition<Options, Arguments extends unknown[]> {
  /** As in `show`, or `show <user>` */
  name: string;
  summary: string;
  description?: string;
  /** Lines that work as they are. */
  examples: string[];
  arguments?: Argument[];
  options?: Option[];
  run(context: Context, options: Options, ...args: Arguments): Promise<void>;
}

/** A command of the program: one of these is in each file under commands. */
export type Make = (io: Io) => Command;

export function define<Options = object, Arguments extends unknown[] = []>({
  name,
  summary,
  description = summary,
  examples,
  arguments: args = [],
  options = [],
  run,
}: Definition<Options, Arguments>): Make {
  return (io) => {
    const command = new Command(name)
      .summary(summary)
      .description(`${description}.`)
      .addHelpText('after', examplesText(examples));
    for (const argument of args) command.addArgument(argument);
    for (const option of options) command.addOption(option);
    return command.action(async (...given: unknown[]) => {
      const values = given.slice(0, -2) as Arguments;
      const all = command.optsWithGlobals<{ server?: string; json?: boolean }>();
      const context: Context = {
        io,
        out: createOutput(io, all),
        server: all.server,
        connect: async () => (await import('./connect.ts')).connect(io, all.server),
      };
      await run(context, command.opts() as Options, ...values);
    });
  };
}

/** A noun, whose verbs are commands. Without a verb it shows its help, or does the default one. */
export function group(
  name: string,
  summary: string,
  commands: Make[],
  { byDefault }: { byDefault?: string } = {},
): Make {
  return (io) => {
    const command = new Command(name).summary(summary).description(`${summary}.`);
    for (const make of commands) {
      const verb = make(io);
      command.addCommand(verb, { isDefault: verb.name() === byDefault });
    }
    return command;
  };
}

function examplesText(examples: string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}\n`;
}
