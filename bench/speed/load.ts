import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, Connection } from './connection.ts';

export type Send = (request: string) => Promise<Answer>;
/** What one virtual user does again and again; throws if an answer is not what it should be. */
export type Work = (send: Send) => Promise<void>;

/** `send` that refuses any answer but a success. */
export function strict(connection: Connection): Send {
  return async (request) => {
    const answer = await connection.send(request);
    if (answer.status >= 300)
      throw new Error(`${request.split('\r\n')[0]}: ${answer.status} ${answer.body.slice(0, 300)}`);
    return answer;
  };
}

export async function openAll(urls: string[], count: number): Promise<Connection[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => Connection.open(urls[i % urls.length] as string)),
  );
}

/** How many a second, where each connection begins anew as soon as it is done, for so long or so many. */
export async function closedLoop(
  connections: Connection[],
  work: Work,
  { ms = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY },
) {
  const started = performance.now();
  const end = started + ms;
  let begun = 0;
  let count = 0;
  await Promise.all(
    connections.map(async (connection) => {
      const send = strict(connection);
      while (performance.now() < end && begun++ < most) {
        await work(send);
        count++;
      }
    }),
  );
  return { count, rate: count / ((performance.now() - started) / 1000) };
}

/**
 * Milliseconds from when each was due, whether or not the one before it was done: a server that stalls
 * is charged for all who came meanwhile (no coordinated omission). `rate` a second, in steps of 2 ms. Between
 * them we sleep: to watch the clock would take a core of the two. What a timer is late is ours, not the server's.
 */
export async function fixedRate(
  connections: Connection[],
  work: Work,
  { rate, ms }: { rate: number; ms: number },
): Promise<number[]> {
  const STEP = 2;
  const free = connections.map(strict);
  const waiting: number[] = [];
  const latencies: number[] = [];
  const under = new Set<Promise<void>>();
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
  // The last that are due may still wait for a connection.
  while ((under.size > 0 || waiting.length > 0) && !failure) await Promise.race(under);
  if (failure) throw failure;
  return latencies;

  function serve() {
    // In turn: servers part with a connection that is left alone.
    const send = free.shift() as Send;
    const at = waiting.shift() as number;
    const done = work(send).then(
      () => {
        latencies.push(performance.now() - at);
        free.push(send);
        under.delete(done);
        if (waiting.length > 0) serve();
      },
      (error) => {
        failure = error;
        under.delete(done);
      },
    );
    under.add(done);
  }
}
