import type { Procedure } from '../../src/http/procedures.ts';

const text = (value: unknown) =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();

export interface RawRequest {
  method: string;
  url: string;
  body?: string | Buffer;
}

export function overRest({ meta }: Procedure, input: Record<string, unknown>): RawRequest {
  const { method, path } = meta.openapi;
  const remaining = { ...input };
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const value = encodeURIComponent(text(remaining[name] ?? 'x'));
    delete remaining[name];
    return value;
  });
  if (method === 'POST' || method === 'PATCH')
    return { method, url: `/api/v1${url}`, body: JSON.stringify(remaining) };
  const query = Object.entries(remaining).map((pair) =>
    pair.map(text).map(encodeURIComponent).join('='),
  );
  return { method, url: `/api/v1${url}?${query.join('&')}` };
}

export function overTrpc({ name, type }: Procedure, input: unknown): RawRequest {
  const url = `/trpc/${name}`;
  if (type === 'mutation') return { method: 'POST', url, body: JSON.stringify(input) };
  const query = encodeURIComponent(JSON.stringify(input).toWellFormed());
  return { method: 'GET', url: `${url}?input=${query}` };
}
