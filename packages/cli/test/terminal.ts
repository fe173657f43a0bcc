import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { listen } from '../../sdk/test/server.ts';
import type { TestOptions } from '../../server/test/harness.ts';
import { run } from '../src/run.ts';

export const ADMIN = '+79990000001';

interface Call {
  /** Standard input. Default: empty. */
  input?: string;
  /** Runs the command in a terminal of this width. Default: no terminal. */
  columns?: number;
  /** Prompts in the terminal; the input answers the first one. Default: no prompts. */
  interactive?: boolean;
  env?: Record<string, string>;
  signal?: AbortSignal;
}

interface Result {
  code: number;
  stdout: string;
  stderr: string;
  /** stdout parsed as JSON */
  // biome-ignore lint/suspicious/noExplicitAny: tests check the parsed output
  json: any;
  /** stdout parsed as JSON Lines */
  // biome-ignore lint/suspicious/noExplicitAny: tests check the parsed output
  lines: any[];
}

/** Starts a server and a home folder to run commands with. Close it in afterAll. */
export async function openTerminal(options: TestOptions = {}) {
  const server = await listen({
    ...options,
    env: {
      ADMIN_PHONES: ADMIN,
      TEST_PHONES: '+7999*:1111',
      RATE_LIMIT_EXEMPT: '127.0.0.1',
      ...options.env,
    },
  });
  const home = await mkdtemp(join(tmpdir(), 'invitree-cli-'));

  async function invitree(args: string | string[], call: Call = {}): Promise<Result> {
    const {
      input = '',
      columns = call.interactive ? 80 : undefined,
      env,
      signal = new AbortController().signal,
    } = call;
    const argv = typeof args === 'string' ? args.split(' ').filter(Boolean) : args;
    const stdin = Object.assign(new PassThrough(), call.interactive && { isTTY: true });
    stdin.end(input);
    const [stdout, stderr] = [sink(columns), sink(columns)];
    const code = await run(argv, {
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      env: { HOME: home, INVITREE_SERVER: server.url, NO_COLOR: '1', ...env },
      signal,
    });
    const text = stdout.text();
    return {
      code,
      stdout: text,
      stderr: stderr.text(),
      get json() {
        return JSON.parse(text);
      },
      get lines() {
        return text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
      },
    };
  }

  return {
    server,
    home,
    invitree,
    /** Signs in with a test phone and returns the user. */
    async login(phone: string, more = '') {
      const sent = await invitree(`login --phone ${phone} --send-code`);
      const { json, code, stderr } = await invitree(`login --phone ${phone} --code-stdin ${more}`, {
        input: '1111\n',
      });
      if (code !== 0) throw new Error(sent.stderr + stderr);
      return json.user;
    },
    async close() {
      await server.close();
      await rm(home, { recursive: true });
    },
  };
}

export type Terminal = Awaited<ReturnType<typeof openTerminal>>;

function sink(columns: number | undefined) {
  const chunks: Buffer[] = [];
  const stream = Object.assign(new PassThrough(), columns && { isTTY: true, columns });
  stream.on('data', (chunk) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
