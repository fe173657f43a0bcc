import { defineCommand } from '../../command.ts';
import { yesOrNo } from '../../output/format.ts';
import { renderDetails, renderTable } from '../../output/table.ts';
import { configFile, readConfig, resolveServer } from '../../storage/servers.ts';
import { readTokens, sessionsFile } from '../../storage/sessions.ts';

export const show = defineCommand({
  name: 'show',
  summary: 'Show the current server, all servers and file locations',
  examples: ['invitree config show', 'invitree config show --json'],
  async run({ io: { env }, out, server }) {
    const { servers } = await readConfig(env);
    const currentUrl = await resolveServer(env, server);
    const rows = await Promise.all(
      Object.entries(servers).map(async ([name, url]) => ({
        name,
        url,
        inUse: url === currentUrl,
        signedIn: (await readTokens(env, url)) !== null,
      })),
    );
    const files = { config: configFile(env), sessions: sessionsFile(env) };
    out.result({ server: currentUrl, servers: rows, files }, () => {
      const details = renderDetails(
        [
          ['Current server', currentUrl],
          ['Config file', files.config],
          ['Sessions file', files.sessions],
        ],
        out,
      );
      if (rows.length === 0) return details;
      const table = renderTable(
        rows,
        [
          { title: 'NAME', value: ({ name }) => name },
          { title: 'URL', value: ({ url }) => url },
          { title: 'SIGNED IN', value: ({ signedIn }) => yesOrNo(signedIn) },
        ],
        out,
      );
      return `${details}\n\n${table}`;
    });
  },
});
