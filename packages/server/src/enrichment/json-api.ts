import {
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';

/** Answers are some kilobytes; whatever is larger is none. */
const LARGEST = 256 * 1024;

/** After so many failures in a row nobody is asked for a while: then one, to see. */
const FAILURES = 5;
const PAUSE = 30_000;

/** For how long an answer is taken for granted, and of how many. In milliseconds. */
const REMEMBERED = { max: 10_000, ttl: 24 * 3_600_000 };

interface Source<Answer> {
  /** Where to ask about a key. */
  url(key: string): URL;
  headers: Record<string, string>;
  /** Milliseconds for one answer, all of it. */
  patience: number;
  /** What an answer says, whose body is there with a status of success only; throws if it says nothing of the kind, and that counts as a failure. */
  read(status: number, body: unknown): Answer;
  /** Whether the answer will be the same tomorrow. */
  lasts(answer: Answer): boolean;
}

/**
 * Someone else's JSON API, which may be slow, broken or rude: each question has a time limit, a row of
 * failures opens a circuit breaker, so that a dead service costs nothing, and answers are remembered.
 * @returns asks about a key; rejects if there is no answer
 */
export function jsonApi<Answer extends object | string>({
  url,
  headers,
  patience,
  read,
  lasts,
}: Source<Answer>): (key: string) => Promise<Answer> {
  const answers = new LRUCache<string, Answer>(REMEMBERED);
  const policy = wrap(
    circuitBreaker(handleAll, {
      halfOpenAfter: PAUSE,
      breaker: new ConsecutiveBreaker(FAILURES),
    }),
    timeout(patience, TimeoutStrategy.Aggressive),
  );
  return async (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = await policy.execute(async ({ signal }) => {
      // A redirect would carry the key elsewhere.
      const response = await fetch(url(key), { headers, signal, redirect: 'error' });
      return read(response.status, response.ok ? await readJson(response) : await drop(response));
    });
    if (lasts(answer)) answers.set(key, answer);
    return answer;
  };
}

async function drop({ body }: Response): Promise<undefined> {
  await body?.cancel();
}

async function readJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > LARGEST) throw new Error(`An answer of more than ${LARGEST} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // What came instead may hold anything, so it stays out of the log.
    throw new Error('An answer that is no JSON');
  }
}
