import { Argument } from 'commander';
import { define } from '../../define.ts';
import { UsageError } from '../../failures.ts';
import { readConfig, writeConfig, writeTokens } from '../../settings.ts';

export const remove = define<object, [name: string]>({
  name: 'remove',
  summary: 'Forget a server, and who is signed in there',
  examples: ['invitree config remove home'],
  arguments: [new Argument('<name>', 'from `invitree config show`')],
  async run({ io: { env }, out }, _options, name) {
    const { current, servers } = await readConfig(env);
    const { [name]: url, ...others } = servers;
    if (!url) throw new UsageError(`There is no server named "${name}".`);
    await writeTokens(env, url, null);
    await writeConfig(env, {
      ...(current && current !== name && { current }),
      servers: others,
    });
    out.result({ name, url }, () => `${name} (${url}) is forgotten.`);
  },
});
