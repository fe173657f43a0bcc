import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Rejected before its body is read. */
class UnexpectedBodyError extends Error {
  readonly statusCode = 415;
}

/** Fastify reads the bodies of these methods, up to its limit, if it has a parser for their type. */
const WITH_BODY: readonly string[] = ['POST', 'PATCH', 'PUT', 'DELETE'];

/**
 * Refuses every body that no route reads, such as a form of files or the body of a GET, and closes
 * the connection. Otherwise Node would receive and discard it, for as long as the client sends.
 */
export function refuseUnreadBodies(app: FastifyInstance): void {
  // A function with `this`: the instance that has the route, and so the parsers that apply to it.
  app.addHook('onRequest', function (request, reply, done) {
    if (!hasBody(request) || (WITH_BODY.includes(request.method) && hasParser(this, request)))
      return done();
    reply.header('connection', 'close');
    done(new UnexpectedBodyError());
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function hasParser(app: FastifyInstance, { mediaType }: FastifyRequest): boolean {
  return mediaType !== undefined && app.hasContentTypeParser(mediaType);
}
