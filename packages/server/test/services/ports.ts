import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nothing listens on. Rejects if `wanted` is in use. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A port for a Redis Cluster node, which also listens on the port 10,000 above it. */
export async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    try {
      await freePort(port);
      await freePort(port + 10_000);
      return port;
    } catch {}
  }
}
