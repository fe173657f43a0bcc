import { once } from 'node:events';
import { basename, dirname, resolve } from 'node:path';
import { destination, type Logger, pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import { StartError } from '../core/start-error.ts';
import { serializeError } from './redact.ts';
import type { ObservabilitySettings } from './settings.ts';

type Settings = Pick<
  ObservabilitySettings,
  'LOG_LEVEL' | 'LOG_FILE' | 'LOG_FILE_SIZE' | 'LOG_FILE_KEEP'
>;

export interface Log {
  log: Logger;
  /** Flushes buffered lines. */
  close(): Promise<void>;
}

/**
 * Opens the log: JSON lines on standard output or in LOG_FILE, which is rotated.
 * @throws StartError if LOG_FILE cannot be written
 */
export async function openLog(settings: Settings): Promise<Log> {
  const options = { level: settings.LOG_LEVEL, serializers: { err: serializeError } };
  if (!settings.LOG_FILE) {
    // Buffered and written asynchronously, so that logging does not block the event loop.
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

/** Rotates `invitree.log` to `invitree.log.1`, that to `invitree.log.2`, up to LOG_FILE_KEEP. */
async function openFile(path: string, { LOG_FILE_SIZE, LOG_FILE_KEEP }: Settings) {
  const absolute = resolve(path);
  const stream = createStream(basename(absolute), {
    path: dirname(absolute),
    size: `${LOG_FILE_SIZE}M`,
    rotate: LOG_FILE_KEEP,
    mode: 0o640,
  });
  // A full disk must not stop the server. Logging resumes once there is space again.
  let opened = false;
  stream.on('error', (error) => {
    if (opened) process.stderr.write(`Cannot write the log: ${error.message}\n`);
  });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new StartError(`LOG_FILE ${absolute} cannot be written: ${(error as Error).message}`);
  }
  opened = true;
  return stream;
}
