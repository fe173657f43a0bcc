import type { FastifyRequest } from 'fastify';
import type { Procedure } from './procedures.ts';

/** A tRPC call of one procedure, alone or as a batch of one. */
export interface SingleCall {
  input: unknown;
  isBatch: boolean;
}

/**
 * Parses a tRPC request that calls one procedure and consists of nothing but its input.
 * @returns undefined for any other request: larger batches, streams, unknown parameters, bad JSON
 */
export function parseSingleCall(
  type: Procedure['type'],
  request: FastifyRequest,
): SingleCall | undefined {
  if (wantsStream(request.headers)) return undefined;
  return type === 'query' ? parseQuery(request) : parseMutation(request);
}

function wantsStream({ accept, 'trpc-accept': trpcAccept }: FastifyRequest['headers']): boolean {
  return trpcAccept !== undefined || accept?.includes('application/jsonl') === true;
}

function parseQuery({ headers, url }: FastifyRequest): SingleCall | undefined {
  if (headers['content-type'] !== undefined) return undefined;
  const { isBatch, input = '', hasOthers } = readParameters(url);
  return hasOthers ? undefined : parseInput(input, isBatch);
}

function parseMutation({ headers, url, body }: FastifyRequest): SingleCall | undefined {
  const [type] = (headers['content-type'] ?? '').split(';', 1);
  if (type?.trim().toLowerCase() !== 'application/json') return undefined;
  const { isBatch, input, hasOthers } = readParameters(url);
  if (hasOthers || input !== undefined) return undefined;
  return typeof body === 'string' ? parseInput(body, isBatch) : undefined;
}

function readParameters(url: string) {
  const start = url.indexOf('?');
  if (start === -1) return { isBatch: false, hasOthers: false };
  const query = new URLSearchParams(url.slice(start));
  const input = query.get('input') ?? undefined;
  const isBatch = query.get('batch') === '1';
  const hasOthers = query.size !== Number(isBatch) + Number(input !== undefined);
  return { isBatch, input, hasOthers };
}

/** The input of a batch is an object with a key for each of its procedures: `0`, `1`, ... */
function parseInput(text: string, isBatch: boolean): SingleCall | undefined {
  try {
    const input: unknown = text === '' ? undefined : JSON.parse(text);
    if (!isBatch || input === undefined) return { input, isBatch };
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
    const { 0: first, ...others } = input as Record<string, unknown>;
    return Object.keys(others).length === 0 ? { input: first, isBatch } : undefined;
  } catch {
    return undefined;
  }
}
