import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { type Env, homeFolder, readJson, writePrivateJson } from './json-file.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:3000';

/** The content of the configuration file, which holds no secrets. */
interface Config {
  /** Name of the current server. */
  current?: string;
  /** URLs by name. */
  servers: Record<string, string>;
}

/** Returns the path set by the XDG Base Directory Specification. */
export function configFile(env: Env): string {
  const folder = env['XDG_CONFIG_HOME'] || join(homeFolder(env), '.config');
  return join(folder, 'invitree', 'config.json');
}

export async function readConfig(env: Env): Promise<Config> {
  const { current, servers = {} } = (await readJson<Partial<Config>>(configFile(env))) ?? {};
  return { ...(current !== undefined && { current }), servers };
}

export function writeConfig(env: Env, config: Config): Promise<void> {
  return writePrivateJson(configFile(env), config);
}

/**
 * Returns the URL of the selected server, given by name or URL: `selected`, else INVITREE_SERVER,
 * else the current server.
 * @throws UsageError if no server has this name
 */
export async function resolveServer(env: Env, selected?: string): Promise<string> {
  const { current, servers } = await readConfig(env);
  const server = selected ?? (env['INVITREE_SERVER'] || current);
  if (server === undefined) return DEFAULT_SERVER;
  if (Object.hasOwn(servers, server)) return servers[server] as string;
  if (/^https?:\/\//.test(server)) return parseServerUrl(server);
  throw unknownServer(server);
}

export function unknownServer(name: string): UsageError {
  return new UsageError(
    `No server is named "${name}".`,
    `Add it with \`invitree config add ${name} URL\`, or see \`invitree config show\`.`,
  );
}

/** @throws UsageError if the text is no HTTP URL */
export function parseServerUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `Invalid server URL "${text}".`,
      'Use a URL such as https://invitree.example.com.',
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
