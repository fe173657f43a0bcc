import { connect, type Socket } from 'node:net';

/**
 * Writes to a new connection and resolves with everything received until the server closed it, or
 * until `timeout` milliseconds have passed.
 */
export function rawHttp(
  port: number,
  write: string | ((socket: Socket) => void | Promise<void>),
  timeout = 20_000,
): Promise<string> {
  return new Promise((resolve) => {
    let response = '';
    const socket = connect(port, '127.0.0.1', () =>
      typeof write === 'string' ? socket.write(write, 'latin1') : write(socket),
    );
    const limit = setTimeout(() => socket.destroy(), timeout);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      response += chunk;
    });
    // A server that closes the connection while the client still writes resets it.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(limit);
      resolve(response);
    });
  });
}
