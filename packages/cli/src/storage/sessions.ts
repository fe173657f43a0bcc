import { join } from 'node:path';
import type { Tokens } from '@invitree/sdk';
import { type Env, homeFolder, readJson, writePrivateJson } from './json-file.ts';

/** Returns the path set by the XDG Base Directory Specification. */
export function sessionsFile(env: Env): string {
  const folder = env['XDG_STATE_HOME'] || join(homeFolder(env), '.local', 'state');
  return join(folder, 'invitree', 'sessions.json');
}

/** Returns the tokens stored for the server at `url`. */
export async function readTokens(env: Env, url: string): Promise<Tokens | null> {
  return (await readSessions(env))[url] ?? null;
}

export async function writeTokens(env: Env, url: string, tokens: Tokens | null): Promise<void> {
  const { [url]: _, ...others } = await readSessions(env);
  await writePrivateJson(sessionsFile(env), tokens ? { ...others, [url]: tokens } : others);
}

/** Returns all sessions, keyed by the URL of their server. */
async function readSessions(env: Env): Promise<Record<string, Tokens>> {
  return (await readJson<Record<string, Tokens>>(sessionsFile(env))) ?? {};
}
