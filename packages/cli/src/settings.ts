import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Tokens } from '@invitree/sdk';
import { UsageError } from './failures.ts';

type Env = Record<string, string | undefined>;

const DEFAULT_SERVER = 'http://127.0.0.1:3000';

/** What is in the configuration file: nothing secret. */
export interface Config {
  /** The name of the server in use. */
  current?: string;
  servers: Record<string, string>;
}

/** Where files go, by the XDG Base Directory Specification. */
export function configFile(env: Env): string {
  return join(env['XDG_CONFIG_HOME'] || join(home(env), '.config'), 'invitree', 'config.json');
}

export function sessionsFile(env: Env): string {
  const folder = env['XDG_STATE_HOME'] || join(home(env), '.local', 'state');
  return join(folder, 'invitree', 'sessions.json');
}

const home = (env: Env) => env['HOME'] || homedir();

export async function readConfig(env: Env): Promise<Config> {
  const { current, servers = {} } = (await readJson<Partial<Config>>(configFile(env))) ?? {};
  return { ...(current !== undefined && { current }), servers };
}

export function writeConfig(env: Env, config: Config): Promise<void> {
  return writePrivate(configFile(env), config);
}

/** The address of a server by its name or its address; without either, of the one in use. */
export async function resolveServer(env: Env, wanted?: string): Promise<string> {
  const { current, servers } = await readConfig(env);
  const name = wanted ?? (env['INVITREE_SERVER'] || current);
  if (name === undefined) return DEFAULT_SERVER;
  if (Object.hasOwn(servers, name)) return servers[name] as string;
  if (/^https?:\/\//.test(name)) return parseUrl(name);
  const known = Object.keys(servers).join(', ') || 'none';
  throw new UsageError(
    `There is no server named "${name}".`,
    `Known: ${known}. Add one with \`invitree config add ${name} URL\`, or give its address.`,
  );
}

export function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `"${text}" is no address of a server.`,
      'Like https://invitree.example.com',
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** The sessions by the address of their server, in a file that only its owner may read. */
export async function readTokens(env: Env, url: string): Promise<Tokens | null> {
  return (await readSessions(env))[url] ?? null;
}

export async function writeTokens(env: Env, url: string, tokens: Tokens | null): Promise<void> {
  const { [url]: _, ...others } = await readSessions(env);
  await writePrivate(sessionsFile(env), tokens ? { ...others, [url]: tokens } : others);
}

async function readSessions(env: Env): Promise<Record<string, Tokens>> {
  return (await readJson<Record<string, Tokens>>(sessionsFile(env))) ?? {};
}

async function readJson<Value>(file: string): Promise<Value | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new UsageError(`${file} is not JSON.`, 'Mend it, or delete it and sign in again.');
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function writePrivate(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(draft, 0o600);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
