import { Argument, type Command } from 'commander';
import { type CommandFactory, defineCommand } from '../command.ts';
import type { Io } from '../io.ts';

const SCRIPTS = {
  bash: `_invitree() {
  local IFS=$'\\n'
  COMPREPLY=($(invitree __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _invitree invitree
`,
  zsh: `#compdef invitree
_invitree() {
  local -a words_found
  words_found=(\${(f)"$(invitree __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#words_found} )); then compadd -- $words_found; else _files; fi
}
compdef _invitree invitree
`,
  fish: `complete -c invitree -f -a '(invitree __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

type Shell = keyof typeof SCRIPTS;

export const completion = defineCommand<object, [shell: Shell]>({
  name: 'completion',
  summary: 'Print a shell completion script',
  examples: [
    'source <(invitree completion bash)',
    'source <(invitree completion zsh)',
    'invitree completion fish > ~/.config/fish/completions/invitree.fish',
  ],
  arguments: [new Argument('<shell>').choices(Object.keys(SCRIPTS))],
  async run({ io }, _options, shell) {
    io.stdout.write(SCRIPTS[shell]);
  },
});

/** Creates the hidden command that the scripts call with the words typed so far. */
export const complete = (io: Io, program: Command): Command => {
  const createCommand: CommandFactory = defineCommand<object, [words: string[]]>({
    name: '__complete',
    summary: 'Print completions of the last word',
    examples: [],
    arguments: [new Argument('[words...]')],
    async run(_context, _options, words) {
      for (const candidate of findCandidates(program, words)) io.stdout.write(`${candidate}\n`);
    },
  });
  return createCommand(io);
};

function findCandidates(program: Command, words: string[]): string[] {
  const prefix = words.at(-1) ?? '';
  let command = program;
  let argumentIndex = 0;
  for (const word of words.slice(0, -1)) {
    const subcommand = command.commands.find((each) => each.name() === word);
    if (subcommand) [command, argumentIndex] = [subcommand, 0];
    else if (!word.startsWith('-')) argumentIndex += 1;
  }
  const help = command.createHelp();
  const found = prefix.startsWith('-')
    ? [
        ...help.visibleOptions(command),
        ...(command === program ? [] : help.visibleOptions(program)),
      ].flatMap(({ long }) => long ?? [])
    : [
        ...help.visibleCommands(command).map((each) => each.name()),
        ...(command.registeredArguments[argumentIndex]?.argChoices ?? []),
      ];
  return [...new Set(found)].filter((each) => each.startsWith(prefix));
}
