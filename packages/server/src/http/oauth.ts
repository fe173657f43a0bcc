import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { logIn } from '../auth/log-in.ts';
import type { OpenedSession } from '../auth/open-session.ts';
import { rotateRefreshToken } from '../auth/refresh.ts';
import { signInByPhone } from '../auth/sign-in.ts';
import { normalizeEmail } from '../core/email.ts';
import { DomainError } from '../core/errors.ts';
import { parsePhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import { clientOf, publicUrl } from '../rpc/context.ts';
import { limitAddress } from '../rpc/rate-limits.ts';
import { hashToken } from '../sessions/refresh-tokens.ts';
import { type Client, revokeSession, revokeSessionOf } from '../sessions/sessions.ts';
import { describeOauthError, OauthError } from './oauth-errors.ts';

/** A parameter sent without a value counts as not sent, one sent twice is an error (RFC 6749, 3.2). */
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
 * OAuth 2.0 for standard clients. No client is registered, so every one is public and may leave its
 * client_id out; whatever it sends to prove itself is not looked at.
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
  // RFC 6749, 5.1: nothing between may keep an answer.
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

  // RFC 7009: a token that is not valid needs no revoking, and the answer is the same.
  // Clients ignore the body (2.2), but some read it, as JSON.
  app.post('/oauth/revoke', async (request) => {
    await limitAddress(deps, 'oauth.revoke', clientOf(request).ip);
    const { token } = readParameters(revocation, request);
    if (!token) throw new OauthError('invalid_request', 'token is missing');
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

async function grant(deps: Deps, request: FastifyRequest): Promise<OpenedSession> {
  const parameters = readParameters(tokenRequest, request);
  const { grant_type, username, password, refresh_token, scope } = parameters;
  const client = clientOf(request);
  if (scope) throw new OauthError('invalid_scope', 'There are no scopes: leave scope out');
  switch (grant_type) {
    case 'password':
      if (!username || !password)
        throw new OauthError('invalid_request', 'username and password are needed');
      return signIn(deps, { username, password, client });
    case 'refresh_token':
      if (!refresh_token) throw new OauthError('invalid_request', 'refresh_token is missing');
      return rotateRefreshToken(deps, refresh_token, client);
    case undefined:
      throw new OauthError('invalid_request', 'grant_type is missing');
    default:
      throw new OauthError('unsupported_grant_type', 'grant_type is password or refresh_token');
  }
}

interface ResourceOwner {
  /** A phone or an email */
  username: string;
  /** A one-time code for a phone, or a password */
  password: string;
  client: Client;
}

function signIn(deps: Deps, { username, password, client }: ResourceOwner): Promise<OpenedSession> {
  const opening = { transport: 'bearer', client } as const;
  if (username.includes('@')) {
    const account = { email: normalizeEmail(username.trim()) };
    return logIn(deps, { account, password, ...opening });
  }
  const phone = parsePhone(username, deps.config.DEFAULT_REGION);
  return isOneTimeCode(deps, password)
    ? signInByPhone(deps, { phone, code: password, ...opening })
    : logIn(deps, { account: { phone }, password, ...opening });
}

/** A password has 8 characters or more, so it can be mistaken for a code only if codes are as long. */
function isOneTimeCode({ config }: Deps, text: string): boolean {
  return /^\d{4,10}$/.test(text) && (text.length < 8 || text.length === config.CODE_LENGTH);
}

async function revoke(deps: Deps, token: string): Promise<void> {
  if ((await revokeSessionOf(deps, hashToken(token))) > 0) return;
  try {
    const { userId, sessionId } = await deps.accessTokens.verify(token);
    await revokeSession(deps, userId, sessionId);
  } catch (error) {
    if (!(error instanceof DomainError) || error.reason === 'UNAVAILABLE') throw error;
  }
}

function readParameters<Out>(schema: z.ZodType<Out>, { body }: FastifyRequest): Out {
  const { success, data } = schema.safeParse(body ?? {});
  if (!success) throw new OauthError('invalid_request', 'A parameter is given more than once');
  return data;
}
