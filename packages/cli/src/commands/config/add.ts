import { Argument } from 'commander';
import { define } from '../../define.ts';
import { UsageError } from '../../failures.ts';
import { parseUrl, readConfig, writeConfig } from '../../settings.ts';

export const add = define<object, [name: string, url: string]>({
  name: 'add',
  summary: 'Give a server a name, and use it from now on',
  examples: ['invitree config add home https://invitree.example.com'],
  arguments: [new Argument('<name>', 'how to call it'), new Argument('<url>', 'where it is')],
  async run({ io: { env }, out }, _options, name, address) {
    if (!/^[\w.-]+$/.test(name))
      throw new UsageError(`"${name}" is no name.`, 'Letters, digits, "_", "." and "-" make one.');
    const url = parseUrl(address);
    const { servers } = await readConfig(env);
    await writeConfig(env, { current: name, servers: { ...servers, [name]: url } });
    out.result({ name, url }, () => `${name} is ${url}, and in use.`);
  },
});
