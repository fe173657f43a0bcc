import { Argument } from 'commander';
import { defineCommand } from '../../command.ts';
import { readConfig, unknownServer, writeConfig } from '../../storage/servers.ts';

export const use = defineCommand<object, [name: string]>({
  name: 'use',
  summary: 'Switch to a server',
  examples: ['invitree config use home'],
  arguments: [new Argument('<name>', 'Name from `invitree config show`')],
  async run({ io: { env }, out }, _options, name) {
    const config = await readConfig(env);
    const url = Object.hasOwn(config.servers, name) ? config.servers[name] : undefined;
    if (!url) throw unknownServer(name);
    await writeConfig(env, { ...config, current: name });
    out.result({ name, url }, () => `Switched to ${name} (${url}).`);
  },
});
