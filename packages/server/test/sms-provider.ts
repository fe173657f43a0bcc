import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** How the provider treats a request. `loseResponse` accepts it and closes the connection. */
export type Behavior =
  | 'accept'
  | 'hang'
  | 'drop'
  | 'loseResponse'
  | { status: number; body?: string; location?: string };

export interface ProviderRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/**
 * Starts an SMS provider that treats its requests as listed, one by one, and accepts the rest.
 * It is closed when the current test finishes.
 */
export async function startSmsProvider(...behaviors: Behavior[]) {
  const requests: ProviderRequest[] = [];
  /** Messages that would reach a phone: one per idempotency key, as with real providers. */
  const accepted = new Map<string, ProviderRequest>();
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await readText(incoming) };
    const behavior = behaviors.shift() ?? 'accept';
    requests.push(request);
    const key = headers['idempotency-key'] ?? String(requests.length);
    if (behavior === 'accept' || behavior === 'loseResponse') accepted.set(String(key), request);
    if (behavior === 'drop' || behavior === 'loseResponse') incoming.socket.destroy();
    else if (behavior === 'hang') return;
    else if (behavior === 'accept')
      response.setHeader('content-type', 'application/json').end('{"sid":"SM1","status":"queued"}');
    else {
      const { status, body, location } = behavior;
      response.writeHead(status, location ? { location } : {}).end(body);
    }
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, accepted };
}
