import { Counter, Registry } from 'prom-client';
import { COUNTERS } from '../counters.ts';
import type { Metrics } from '../ports.ts';

/** Counters of this process, for Prometheus to collect. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const counters = new Map(
    Object.entries(COUNTERS).map(([name, { help, labelNames }]) => [
      name,
      new Counter({ name, help, labelNames: [...labelNames], registers: [registry] }),
    ]),
  );
  return {
    count: (name, labels) => counters.get(name)?.inc(labels),
    read: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  };
}
