import type { Latency, Rate } from './measure.ts';
import type { Row } from './report.ts';

/** `1 connection`, `16 connections` */
export function connectionCount(connections: number): string {
  return `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
}

/**
 * @param base index of the rate that the others are compared with
 * @param min the target for Invitree's rates, as a share of the base rate
 */
export function rateRows(
  rates: Rate[],
  { base, min }: { base?: number; min?: number } = {},
): Row[] {
  const reference = base === undefined ? undefined : rates[base];
  return rates.map((each) => ({
    name: each.name,
    values: [each.rate, each.min, each.max, each.cpu],
    ...(reference && each !== reference && { ratio: each.rate / reference.rate }),
    ...(min && each !== reference && isInvitree(each) && { target: { min } }),
  }));
}

/** @param max the target for Invitree's p99, as a multiple of the first row's */
export function latencyRows(latencies: Latency[], max: number): Row[] {
  const [reference] = latencies;
  return latencies.map((each) => ({
    name: each.name,
    values: [each.median, each.p99, each.max],
    ...(reference && each !== reference && { ratio: each.p99 / reference.p99 }),
    ...(isInvitree(each) && { target: { max } }),
  }));
}

function isInvitree({ name }: { name: string }): boolean {
  return name.startsWith('Invitree');
}
