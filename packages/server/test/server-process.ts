import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface ServerProcess {
  url: string;
  pid: number;
  /** All it has printed. */
  output(): string;
  /** Sends the signal and waits for the end; the exit code, or null after a signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The server as its own process, on a free port. Rejects with what it printed if it ends before it listens. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const { child, output } = spawnServer({ PORT: '0', ...env });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const [, url] = /Server listening at (http:[^"]+)/.exec(output()) ?? [];
      if (url) resolve(url);
    });
    child.once('exit', () => reject(new Error(output())));
  });
  return {
    url,
    pid: child.pid ?? 0,
    output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

function spawnServer(env: Record<string, string>): { child: ChildProcess; output(): string } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
    env: { PATH: process.env['PATH'], ...env },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  return { child, output: () => printed };
}
