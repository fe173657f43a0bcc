import type { Io } from '../io.ts';
import { formatClock, formatNumber } from './format.ts';

export interface Progress {
  /** Redraws the line. `share` is the finished part of the whole, from 0 to 1. */
  update(done: number, share: number): void;
  /** Clears the line. */
  clear(): void;
}

/** Milliseconds */
const REDRAW_INTERVAL = 100;
const BAR_WIDTH = 24;

/** Shows progress, speed and remaining time on one line of stderr. Silent without a terminal. */
export function showProgress({ stderr }: Io, label: string): Progress {
  if (!stderr.isTTY) return { update: () => {}, clear: () => {} };
  const startedAt = performance.now();
  let drawnAt = startedAt;
  return {
    update(done, share) {
      const now = performance.now();
      if (now - drawnAt < REDRAW_INTERVAL) return;
      drawnAt = now;
      const seconds = (now - startedAt) / 1000;
      const rate = formatNumber(Math.round(done / seconds));
      const remaining = share > 0 ? seconds / share - seconds : 0;
      const clock = formatClock(Math.max(0, Math.ceil(remaining)));
      stderr.write(
        `\r${label} ${renderBar(share)} ${formatNumber(done)} ${rate}/s ${clock} left\u001b[K`,
      );
    },
    clear() {
      if (drawnAt > startedAt) stderr.write('\r\u001b[K');
    },
  };
}

function renderBar(share: number): string {
  const full = Math.min(1, share);
  const filled = Math.round(full * BAR_WIDTH);
  const percent = String(Math.floor(full * 100)).padStart(3);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${percent}%`;
}
