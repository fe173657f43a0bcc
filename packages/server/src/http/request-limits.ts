import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { TRPCError } from '@trpc/server';
import type { FastifyHttpOptions } from 'fastify';
import type { Config } from '../config.ts';
import { DomainError, type Reason } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import { describeFailure } from '../rpc/failure.ts';

/** In bytes. The largest bodies are batches of an import. */
const BODY_LIMIT = 64 * 1024;

/** Fastify's options for how large a request may be and how long it may take to arrive. */
export function requestLimits({ HEADERS_TIMEOUT, REQUEST_TIMEOUT }: Config) {
  return {
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT * SECOND,
    http: {
      headersTimeout: HEADERS_TIMEOUT * SECOND,
      // How often Node checks for connections that exceeded a timeout.
      connectionsCheckingInterval: Math.min(5 * SECOND, (HEADERS_TIMEOUT * SECOND) / 2),
      maxHeaderSize: 16 * 1024,
    },
    clientErrorHandler: rejectMalformedRequest,
  } satisfies FastifyHttpOptions<Server>;
}

/**
 * Responds to what never becomes a request: bytes that are not HTTP, headers that are too long, or
 * a request that arrives too slowly.
 */
function rejectMalformedRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, reason] = PARSER_ERRORS[error.code ?? ''] ?? [400, 'INPUT_INVALID'];
  const failure = describeFailure(
    new TRPCError({ code: 'BAD_REQUEST', cause: new DomainError(reason) }),
    { locale: 'en', requestId: randomUUID() },
  );
  const body = JSON.stringify({ ...failure, data: { ...failure.data, httpStatus: status } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
  );
  // Closing only our half would let a malicious client keep the connection open.
  socket.destroySoon();
}

/** Node's error codes with the status and reason to respond with. */
const PARSER_ERRORS: Record<string, [number, Reason]> = {
  HPE_HEADER_OVERFLOW: [431, 'PAYLOAD_TOO_LARGE'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'INPUT_INVALID'],
};
