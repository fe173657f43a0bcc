import type { Io } from './io.ts';

export interface Progress {
  /** So many are done by now, which is this part of all, from 0 to 1. */
  update(done: number, share: number): void;
  /** Clears the line. */
  end(): void;
}

/** Milliseconds */
const REDRAW = 100;
const BAR = 24;

/**
 * A line on stderr that is written over: how far, how fast, how long yet. Only for a person.
 */
export function showProgress({ stderr }: Io, label: string): Progress {
  if (!stderr.isTTY) return { update: () => {}, end: () => {} };
  const started = performance.now();
  let drawn = started;
  return {
    update(done, share) {
      const now = performance.now();
      if (now - drawn < REDRAW) return;
      drawn = now;
      const seconds = (now - started) / 1000;
      const rate = Math.round(done / seconds).toLocaleString('en');
      const yet = left(share > 0 ? seconds / share - seconds : 0);
      stderr.write(
        `\r${label} ${bar(share)} ${done.toLocaleString('en')} ${rate}/s ${yet} left\u001b[K`,
      );
    },
    end() {
      if (drawn > started) stderr.write('\r\u001b[K');
    },
  };
}

function bar(share: number): string {
  const full = Math.min(1, share);
  const filled = Math.round(full * BAR);
  const percent = String(Math.floor(full * 100)).padStart(3);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${percent}%`;
}

function left(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
