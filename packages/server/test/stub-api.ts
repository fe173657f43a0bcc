import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A third-party API whose behaviour each test sets. It runs for the test file that calls this. */
export function stubApi() {
  const stub = {
    url: '',
    behave: (() => {}) as Behaviour,
    /** The requests received in the current test. */
    requests: [] as IncomingMessage[],
  };
  const server = createServer((request, response) => {
    stub.requests.push(request);
    stub.behave(request, response);
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    stub.requests = [];
  });
  return stub;
}

export function respond(status: number, body: unknown): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Ways in which a service can fail. Each reads as "the service ...". */
export const MISBEHAVIOURS: [string, Behaviour][] = [
  ['never responds', () => {}],
  [
    'responds byte by byte',
    (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
  ],
  ['responds with 500', respond(500, { errors: ['oops'] })],
  ['responds with 429', respond(429, { errors: ['too many'] })],
  ['responds with 401', respond(401, { errors: ['no such key'] })],
  ['responds with HTML', respond(200, '<html>welcome</html>')],
  ['responds with another shape', respond(200, { data: [] })],
  [
    'responds with too much data',
    respond(200, JSON.stringify({ data: { status: 'x'.repeat(300_000) } })),
  ],
  ['redirects', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ['closes the connection', (request) => request.socket.destroy()],
];
