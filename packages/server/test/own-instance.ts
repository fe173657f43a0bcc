import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { alsoStop, freePort, until } from './own-servers.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface OwnInstance {
  url: string;
  port: number;
  /** Resolves once it is ready for requests. */
  start(): Promise<void>;
  /** Resolves with the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** What it wrote, of all its runs. */
  output(): string;
}

/** The service as a process of its own, on a port that it keeps from start to start. */
export async function ownInstance(env: Record<string, string>): Promise<OwnInstance> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let output = '';
  const stop: OwnInstance['stop'] = async (signal = 'SIGTERM') => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code, by] = await gone;
    return code ?? by;
  };
  alsoStop(() => stop('SIGKILL'));
  return {
    url,
    port,
    stop,
    output: () => output,
    async start() {
      child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
        env: {
          PATH: process.env['PATH'],
          HOST: '127.0.0.1',
          PORT: String(port),
          APP_SECRET: 'tests-only-'.repeat(4),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk) => {
          output += chunk;
        });
      await until(async () => {
        if (child?.exitCode !== null) throw new Error(output);
        return (await fetch(`${url}/readyz`)).ok;
      }, 30);
    },
  };
}
