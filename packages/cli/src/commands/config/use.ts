import { Argument } from 'commander';
import { define } from '../../define.ts';
import { UsageError } from '../../failures.ts';
import { readConfig, writeConfig } from '../../settings.ts';

export const use = define<object, [name: string]>({
  name: 'use',
  summary: 'Use a server from now on',
  examples: ['invitree config use home'],
  arguments: [new Argument('<name>', 'from `invitree config show`')],
  async run({ io: { env }, out }, _options, name) {
    const config = await readConfig(env);
    const url = Object.hasOwn(config.servers, name) ? config.servers[name] : undefined;
    if (!url)
      throw new UsageError(
        `There is no server named "${name}".`,
        `Add it with \`invitree config add ${name} URL\`.`,
      );
    await writeConfig(env, { ...config, current: name });
    out.result({ name, url }, () => `${name} (${url}) is in use.`);
  },
});
