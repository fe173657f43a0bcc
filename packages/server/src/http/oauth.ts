import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IssuedSession } from '../auth/new-session.ts';
import { rotateRefreshToken } from '../auth/refresh.ts';
import { DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { clientOf, publicUrl } from '../rpc/context.ts';
import { limitAddress } from '../rpc/rate-limits.ts';
import { signOut } from '../sessions/own-sessions.ts';
import { revokeSessionByRefreshToken } from '../sessions/sessions.ts';
import { describeOauthError, OauthError } from './oauth-errors.ts';
import { signInResourceOwner } from './oauth-sign-in.ts';

/** An empty parameter counts as omitted; a repeated one is an error (RFC 6749, 3.2). */
const parameter = z
  .string()
  .transform((text) => text || undefined)
  .optional();

const tokenRequest = z.object({
  grant_type: parameter,
  username: parameter,
  password: parameter,
  refresh_token: parameter,
  scope: parameter,
});

const revocation = z.object({ token: parameter });

/**
 * Serves OAuth 2.0 to standard clients. There is no client registration: every client is public,
 * `client_id` is optional, and client credentials are ignored.
 */
export async function serveOauth(app: FastifyInstance, deps: Deps): Promise<void> {
  app.removeAllContentTypeParsers();
  await app.register(formbody);
  app.setErrorHandler((error, request, reply) => {
    const { status, retryAfter, body } = describeOauthError(error);
    if (status >= 500 && !(error instanceof DomainError))
      request.log.error({ err: error }, 'Request failed');
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    return reply.code(status).send(body);
  });
  // Required by RFC 6749, 5.1.
  app.addHook('onSend', async (request, reply) => {
    if (request.method === 'POST')
      reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  });

  app.post('/oauth/token', async (request) => {
    await limitAddress(deps, 'oauth.token', clientOf(request).ip);
    const { sessionId, profile, refreshToken } = await grant(deps, request);
    return {
      access_token: deps.accessTokens.sign(
        { userId: profile.id, sessionId },
        publicUrl(deps, request),
      ),
      token_type: 'Bearer',
      expires_in: deps.config.ACCESS_TOKEN_TTL,
      refresh_token: refreshToken,
    };
  });

  // An invalid token gets the same response as a valid one (RFC 7009, 2.2). Clients must ignore the
  // body, but some parse it as JSON.
  app.post('/oauth/revoke', async (request) => {
    await limitAddress(deps, 'oauth.revoke', clientOf(request).ip);
    const { token } = readParameters(revocation, request);
    if (!token) throw new OauthError('invalid_request', 'Missing parameter: token');
    await revoke(deps, token);
    return {};
  });

  // RFC 8414
  app.get('/.well-known/oauth-authorization-server', async (request) => {
    const issuer = publicUrl(deps, request);
    return {
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      grant_types_supported: ['password', 'refresh_token'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      service_documentation: `${issuer}/docs`,
    };
  });
}

async function grant(deps: Deps, request: FastifyRequest): Promise<IssuedSession> {
  const parameters = readParameters(tokenRequest, request);
  const { grant_type, username, password, refresh_token, scope } = parameters;
  const client = clientOf(request);
  if (scope)
    throw new OauthError('invalid_scope', 'Scopes are not supported. Omit the scope parameter');
  switch (grant_type) {
    case 'password':
      if (!username || !password)
        throw new OauthError('invalid_request', 'Missing parameter: username or password');
      return signInResourceOwner(deps, { username, password, client });
    case 'refresh_token':
      if (!refresh_token)
        throw new OauthError('invalid_request', 'Missing parameter: refresh_token');
      return rotateRefreshToken(deps, refresh_token, client);
    case undefined:
      throw new OauthError('invalid_request', 'Missing parameter: grant_type');
    default:
      throw new OauthError(
        'unsupported_grant_type',
        'grant_type must be password or refresh_token',
      );
  }
}

async function revoke(deps: Deps, token: string): Promise<void> {
  if ((await revokeSessionByRefreshToken(deps, token)) > 0) return;
  try {
    const { userId, sessionId } = await deps.accessTokens.verify(token);
    await signOut(deps, { userId, sessionId });
  } catch (error) {
    if (!(error instanceof DomainError) || error.reason === 'UNAVAILABLE') throw error;
  }
}

function readParameters<Out>(schema: z.ZodType<Out>, { body }: FastifyRequest): Out {
  const { success, data } = schema.safeParse(body ?? {});
  if (!success) throw new OauthError('invalid_request', 'A parameter was sent more than once');
  return data;
}
