import { Argument, Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { verifyWithPrompt } from '../../prompts/one-time-code.ts';
import { withProof } from '../../prompts/proof.ts';
import { readSecret } from '../../prompts/secret.ts';

export const phone = defineCommand<{ codeStdin?: true }, [phone: string]>({
  name: 'phone',
  summary: 'Link or re-verify a phone',
  examples: [
    'invitree profile phone +79991234567',
    'echo 1234 | invitree profile phone +79991234567 --code-stdin',
  ],
  arguments: [new Argument('<phone>', 'Phone number, in any common format')],
  options: [new Option('--code-stdin', 'Read the code from standard input')],
  async run(context, { codeStdin }, number) {
    const { io, out } = context;
    const client = await context.connect();
    const link = (entered: { code: string; challenge?: string }) =>
      withProof(context, client, () => client.auth.linkPhone({ phone: number, ...entered }));
    const profile = codeStdin
      ? await link({ code: await readSecret(io) })
      : await verifyWithPrompt(context, client, { phone: number, purpose: 'link' }, link);
    out.result(profile, () => `Verified ${profile.phone}.`);
  },
});
