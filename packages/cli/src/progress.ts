import type { Io } from './io.ts';

export interface Progress {
  /** So many are done by now. */
  update(done: number): void;
  /** Clears the line. */
  end(): void;
}

/** Milliseconds */
const REDRAW = 100;
const BAR = 24;

/**
 * A line on stderr that is written over: how far, how fast, how long yet. Only for a person.
 * @param total null if it is not known
 */
export function showProgress(
  { stderr }: Io,
  { label, total }: { label: string; total: number | null },
): Progress {
  if (!stderr.isTTY) return { update: () => {}, end: () => {} };
  const started = performance.now();
  let drawn = 0;
  return {
    update(done) {
      const now = performance.now();
      if (now - drawn < REDRAW) return;
      drawn = now;
      const rate = done / ((now - started) / 1000);
      const figures = `${done.toLocaleString('en')} ${Math.round(rate).toLocaleString('en')}/s`;
      stderr.write(
        `\r${label} ${total ? `${bar(done, total)} ` : ''}${figures}${total ? ` ${left(total - done, rate)}` : ''}\u001b[K`,
      );
    },
    end: () => void stderr.write('\r\u001b[K'),
  };
}

function bar(done: number, total: number): string {
  const share = Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}

function left(remaining: number, rate: number): string {
  if (rate <= 0) return '';
  const seconds = Math.max(0, Math.ceil(remaining / rate));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
}
