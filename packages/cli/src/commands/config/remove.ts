import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { readConfig, writeConfig } from '../../storage/servers.ts';
import { writeTokens } from '../../storage/sessions.ts';

export const remove = defineCommand<object, [name: string]>({
  name: 'remove',
  summary: 'Remove a server and its stored session',
  examples: ['invitree config remove home'],
  arguments: [new Argument('<name>', 'Name from `invitree config show`')],
  async run({ io: { env }, out }, _options, name) {
    const { current, servers } = await readConfig(env);
    const { [name]: url, ...others } = servers;
    if (!url) throw new UsageError(`No server is named "${name}".`, 'See `invitree config show`.');
    await writeTokens(env, url, null);
    await writeConfig(env, {
      ...(current && current !== name && { current }),
      servers: others,
    });
    out.result({ name, url }, () => `Removed ${name} (${url}).`);
  },
});
