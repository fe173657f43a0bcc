import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { parseServerUrl, readConfig, writeConfig } from '../../storage/servers.ts';

export const add = defineCommand<object, [name: string, url: string]>({
  name: 'add',
  summary: 'Add a server and switch to it',
  examples: ['invitree config add home https://invitree.example.com'],
  arguments: [
    new Argument('<name>', 'Name of your choice'),
    new Argument('<url>', 'URL of the server'),
  ],
  async run({ io: { env }, out }, _options, name, urlText) {
    if (!/^[\w.-]+$/.test(name))
      throw new UsageError(
        `Invalid server name "${name}".`,
        'Use only letters, digits, "_", "." and "-".',
      );
    const url = parseServerUrl(urlText);
    const { servers } = await readConfig(env);
    await writeConfig(env, { current: name, servers: { ...servers, [name]: url } });
    out.result({ name, url }, () => `Added ${name} (${url}) and switched to it.`);
  },
});
