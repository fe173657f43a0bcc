import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type Response } from './connection.ts';

export type Send = (request: string) => Promise<Response>;
/** What a virtual user does in a loop. Throws on an unexpected response. */
export type Workload = (send: Send) => Promise<void>;

/** Wraps a connection's `send` so that it throws on any response but a success. */
export function strict(connection: Connection): Send {
  return async (request) => {
    const response = await connection.send(request);
    if (response.status >= 300)
      throw new Error(
        `${request.split('\r\n')[0]}: ${response.status} ${response.body.slice(0, 300)}`,
      );
    return response;
  };
}

export async function openAll(urls: string[], count: number): Promise<Connection[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => Connection.open(urls[i % urls.length] as string)),
  );
}

/**
 * Runs the workload on each connection, back to back.
 * @param ms stop after that time
 * @param max stop after that many runs
 * @returns `rate` in runs per second
 */
export async function closedLoop(
  connections: Connection[],
  workload: Workload,
  { ms = Number.POSITIVE_INFINITY, max = Number.POSITIVE_INFINITY },
) {
  const start = performance.now();
  const end = start + ms;
  let started = 0;
  let count = 0;
  await Promise.all(
    connections.map(async (connection) => {
      const send = strict(connection);
      while (performance.now() < end && started++ < max) {
        await workload(send);
        count++;
      }
    }),
  );
  return { count, rate: count / ((performance.now() - start) / 1000) };
}

/**
 * Starts `rate` runs per second in steps of 2 ms, and returns the milliseconds from when each was
 * due. A stalled server is charged for every run due meanwhile (no coordinated omission). Sleeps
 * between steps, because a busy loop would take one of the two cores; a late timer is not the
 * server's fault.
 */
export async function fixedRate(
  connections: Connection[],
  workload: Workload,
  { rate, ms }: { rate: number; ms: number },
): Promise<number[]> {
  const STEP = 2;
  const free = connections.map(strict);
  const waiting: number[] = [];
  const latencies: number[] = [];
  const inFlight = new Set<Promise<void>>();
  const begin = performance.now() + STEP;
  let failure: unknown;
  let due = 0;
  for (let step = 0; step * STEP < ms && !failure; step++) {
    const planned = begin + step * STEP;
    while (performance.now() < planned) await sleep(Math.max(1, planned - performance.now()));
    const at = performance.now();
    for (; due < ((step + 1) * STEP * rate) / 1000; due++) waiting.push(at);
    while (waiting.length > 0 && free.length > 0) serve();
  }
  // The last runs may still be waiting for a connection.
  while ((inFlight.size > 0 || waiting.length > 0) && !failure) await Promise.race(inFlight);
  if (failure) throw failure;
  return latencies;

  function serve() {
    // Round robin: servers close idle connections.
    const send = free.shift() as Send;
    const at = waiting.shift() as number;
    const done = workload(send).then(
      () => {
        latencies.push(performance.now() - at);
        free.push(send);
        inFlight.delete(done);
        if (waiting.length > 0) serve();
      },
      (error) => {
        failure = error;
        inFlight.delete(done);
      },
    );
    inFlight.add(done);
  }
}
