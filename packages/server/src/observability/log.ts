import { once } from 'node:events';
import { basename, dirname, resolve } from 'node:path';
import { destination, type Logger, pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import { StartError } from '../core/start-error.ts';
import { describeError } from './redact.ts';
import type { ObservabilitySettings } from './settings.ts';

type Settings = Pick<
  ObservabilitySettings,
  'LOG_LEVEL' | 'LOG_FILE' | 'LOG_FILE_SIZE' | 'LOG_FILE_KEEP'
>;

export interface Log {
  log: Logger;
  /** Writes out what is still in memory. */
  close(): Promise<void>;
}

/** JSON lines on the standard output, or in LOG_FILE, which is rotated. */
export async function openLog(settings: Settings): Promise<Log> {
  const options = { level: settings.LOG_LEVEL, serializers: { err: describeError } };
  if (!settings.LOG_FILE) {
    // Written by another thread, many lines at once when there are many.
    const output = destination({ sync: false, minLength: 4096, periodicFlush: 100 });
    return { log: pino(options, output), close: async () => output.flushSync() };
  }
  const file = await openFile(settings.LOG_FILE, settings);
  return {
    log: pino(options, file),
    async close() {
      file.end();
      await once(file, 'finish');
    },
  };
}

/** `invitree.log` is the one being written; `invitree.log.1` came before it, and so on up to LOG_FILE_KEEP. */
async function openFile(path: string, { LOG_FILE_SIZE, LOG_FILE_KEEP }: Settings) {
  const whole = resolve(path);
  const stream = createStream(basename(whole), {
    path: dirname(whole),
    size: `${LOG_FILE_SIZE}M`,
    rotate: LOG_FILE_KEEP,
    mode: 0o640,
  });
  // A full disk must not end the service; that the log goes on once there is room is all one can do.
  let opened = false;
  stream.on('error', (error) => {
    if (opened) process.stderr.write(`Cannot write the log: ${error.message}\n`);
  });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new StartError(`LOG_FILE ${whole} cannot be written: ${(error as Error).message}`);
  }
  opened = true;
  return stream;
}
