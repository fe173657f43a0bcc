import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { renderProfile } from '../../output/profile.ts';

export const update = defineCommand<{ name?: string | boolean }>({
  name: 'update',
  summary: 'Change your display name',
  examples: ['invitree profile update --name Anna', 'invitree profile update --no-name'],
  options: [
    new Option('--name <name>', 'New display name'),
    new Option('--no-name', 'Remove your display name'),
  ],
  async run({ out, connect }, { name }) {
    // Commander sets `name` to true when neither option is given, and to false with --no-name.
    if (name === undefined || name === true) throw new UsageError('Missing --name or --no-name.');
    const client = await connect();
    const profile = await client.profile.update({ displayName: name === false ? null : name });
    const text = await renderProfile(profile, out);
    out.result(profile, () => text);
  },
});
