import { define } from '../../define.ts';
import { configFile, readConfig, readTokens, resolveServer, sessionsFile } from '../../settings.ts';
import { facts, table } from '../../table.ts';
import { yesOrNo } from '../../words.ts';

export const show = define({
  name: 'show',
  summary: 'Show the servers, which one is in use, and where the files are',
  examples: ['invitree config show', 'invitree config show --json'],
  async run({ io: { env }, out, server }) {
    const { servers } = await readConfig(env);
    const inUse = await resolveServer(env, server);
    const rows = await Promise.all(
      Object.entries(servers).map(async ([name, url]) => ({
        name,
        url,
        inUse: url === inUse,
        signedIn: (await readTokens(env, url)) !== null,
      })),
    );
    const files = { config: configFile(env), sessions: sessionsFile(env) };
    out.result({ server: inUse, servers: rows, files }, () => {
      const places = facts(
        [
          ['In use', inUse],
          ['Config', files.config],
          ['Sessions', files.sessions],
        ],
        out,
      );
      const known = table(
        rows,
        [
          { title: 'NAME', value: ({ name }) => name },
          { title: 'ADDRESS', value: ({ url }) => url },
          { title: 'SIGNED IN', value: ({ signedIn }) => yesOrNo(signedIn) },
        ],
        out,
      );
      return rows.length > 0 ? `${places}\n\n${known}` : places;
    });
  },
});
