import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { COUNTERS, READINGS } from './metrics.ts';
import type { Metrics } from './port.ts';

/** Seconds. A read takes 1 to 10 ms, hashing a password about 100 ms. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates the metrics of this process, to be scraped by Prometheus. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Memory, CPU, garbage collection and event loop lag.
  collectDefaultMetrics({ register: registry });
  const counters = new Map(
    Object.entries(COUNTERS).map(([name, { help, labelNames }]) => [
      name,
      new Counter({ name, help, labelNames: [...labelNames], registers }),
    ]),
  );
  const durations = new Histogram({
    name: 'invitree_procedure_duration_seconds',
    help: 'Duration of procedure calls',
    labelNames: ['procedure', 'protocol'],
    buckets: BUCKETS,
    registers,
  });
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    recordCall({ procedure, protocol, reason, seconds }) {
      durations.observe({ procedure, protocol }, seconds);
      counters.get('invitree_procedures_total')?.inc({ procedure, protocol, reason });
    },
    registerReading(name, read) {
      const { type, help, label } = READINGS[name];
      const options = { name, help, labelNames: [label], registers };
      const readings = () =>
        Object.entries(read()).map(([key, value]) => [{ [label]: key }, value] as const);
      if (type === 'gauge')
        new Gauge({
          ...options,
          collect() {
            for (const [labels, value] of readings()) this.set(labels, value);
          },
        });
      else
        new Counter({
          ...options,
          collect() {
            this.reset();
            for (const [labels, value] of readings()) this.inc(labels, value);
          },
        });
    },
    read: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  };
}
