import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { COUNTERS, GAUGES } from '../counters.ts';
import type { Metrics } from '../ports.ts';

/** Seconds. A read takes one to ten milliseconds, a password's hash a tenth of a second. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Figures of this process, for Prometheus to collect. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  // Memory, processor, garbage collection and the event loop's lag.
  collectDefaultMetrics({ register: registry });
  const counters = new Map(
    Object.entries(COUNTERS).map(([name, { help, labelNames }]) => [
      name,
      new Counter({ name, help, labelNames: [...labelNames], registers: [registry] }),
    ]),
  );
  const durations = new Histogram({
    name: 'invitree_procedure_duration_seconds',
    help: 'How long procedures take, by either face',
    labelNames: ['procedure', 'face'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    observe({ procedure, face, reason, seconds }) {
      durations.observe({ procedure, face }, seconds);
      counters.get('invitree_procedures_total')?.inc({ procedure, face, reason });
    },
    measure(name, read) {
      const { help, label } = GAUGES[name];
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          for (const [key, value] of Object.entries(read())) this.set({ [label]: key }, value);
        },
      });
    },
    read: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  };
}
