import { Argument, Option } from 'commander';
import { define } from '../../define.ts';
import { askCode } from '../../one-time-code.ts';
import { readSecret } from '../../questions.ts';

export const phone = define<{ codeStdin?: true }, [phone: string]>({
  name: 'phone',
  summary: 'Make a phone mine, or verify it again',
  examples: [
    'invitree profile phone +79991234567',
    'echo 1234 | invitree profile phone +79991234567 --code-stdin',
  ],
  arguments: [new Argument('<phone>', 'in any form you would write it')],
  options: [new Option('--code-stdin', 'read the code from standard input')],
  async run(context, { codeStdin }, number) {
    const { io, out } = context;
    const client = await context.connect();
    const profile = codeStdin
      ? await client.auth.linkPhone({ phone: number, code: await readSecret(io) })
      : await askCode(context, client, number, (code) =>
          client.auth.linkPhone({ phone: number, code }),
        );
    out.result(profile, () => `${profile.phone} is yours.`);
  },
});
