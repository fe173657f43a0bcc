import type { ReferralStats } from '@invitree/sdk';
import { formatDay, messages } from '../i18n/messages.ts';

const HEIGHT = 72;
const STEP = 10;
const BAR = 7;

/** Activations per day. The caption doubles as the chart's label for screen readers. */
export function DayChart({ days }: { days: ReferralStats['byDay'] }) {
  const total = days.reduce((sum, { count }) => sum + count, 0);
  const best = days.reduce((most, day) => (day.count > most.count ? day : most), {
    day: '',
    count: 0,
  });
  const text =
    total === 0
      ? messages.people.chartNone
      : messages.people.chart(total, best.count, formatDay(best.day));
  return (
    <figure>
      <svg viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`} role="img" aria-label={text}>
        {days.map(({ day, count }, index) => {
          const height = count === 0 ? 1 : Math.max(4, (count / best.count) * HEIGHT);
          return (
            <rect
              key={day}
              class={count === 0 ? 'none' : undefined}
              x={index * STEP + (STEP - BAR) / 2}
              y={HEIGHT - height}
              width={BAR}
              height={height}
              rx={count === 0 ? 0 : 2}
            />
          );
        })}
      </svg>
      <div class="axis" aria-hidden="true">
        <span>{formatDay(days[0]?.day ?? '')}</span>
        <span>{formatDay(days.at(-1)?.day ?? '')}</span>
      </div>
      <figcaption class="hint">{text}</figcaption>
    </figure>
  );
}
