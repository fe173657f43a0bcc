import { Option } from 'commander';
import { define } from '../../define.ts';
import { UsageError } from '../../failures.ts';
import { profileFacts } from '../../show-profile.ts';

export const update = define<{ name?: string | false }>({
  name: 'update',
  summary: 'Change my profile',
  examples: ['invitree profile update --name Anna', 'invitree profile update --no-name'],
  options: [
    new Option('--name <name>', 'what others see'),
    new Option('--no-name', 'show no name'),
  ],
  async run({ out, connect }, { name }) {
    if (name === undefined || (name as unknown) === true)
      throw new UsageError('Nothing to change.', 'Say --name NAME.');
    const client = await connect();
    const profile = await client.profile.update({ displayName: name === false ? null : name });
    const words = await profileFacts(profile, out);
    out.result(profile, () => words);
  },
});
