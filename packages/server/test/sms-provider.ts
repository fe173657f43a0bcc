import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** How the provider takes the next request. `lost`: it takes the message, and its answer never arrives. */
export type Behaviour =
  | 'well'
  | 'hangs'
  | 'drops'
  | 'lost'
  | { status: number; body?: string; location?: string };

export interface ProviderRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A provider on a port of its own that misbehaves as told, request by request, and then behaves well. */
export async function stubProvider(...behaviours: Behaviour[]) {
  const requests: ProviderRequest[] = [];
  /** What would have reached a phone: each idempotency key once, as good providers do. */
  const taken = new Map<string, ProviderRequest>();
  const server = createServer(async (incoming, answer) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await readText(incoming) };
    const behaviour = behaviours.shift() ?? 'well';
    requests.push(request);
    const key = headers['idempotency-key'] ?? String(requests.length);
    if (behaviour === 'well' || behaviour === 'lost') taken.set(String(key), request);
    if (behaviour === 'drops' || behaviour === 'lost') incoming.socket.destroy();
    else if (behaviour === 'hangs') return;
    else if (behaviour === 'well')
      answer.setHeader('content-type', 'application/json').end('{"sid":"SM1","status":"queued"}');
    else {
      const { status, body, location } = behaviour;
      answer.writeHead(status, location ? { location } : {}).end(body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, taken, behaviours };
}
