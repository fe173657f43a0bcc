import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { generateOpenApiDocument, type OpenAPIObject } from 'trpc-openapi';
import type { Deps } from '../deps.ts';
import { publicUrl } from '../rpc/context.ts';
import { cookieName } from '../sessions/session-cookie.ts';
import {
  errorResponses,
  errorSchema,
  SHARED_REASONS,
  SIGNED_IN_REASONS,
} from './openapi-errors.ts';
import { procedures } from './procedures.ts';
import { qrCodeOperation } from './qr.ts';
import { appRouter } from './router.ts';

const PREFIX = '/api/v1';

const TAGS = [
  { name: 'auth', description: 'One-time codes, passwords and sessions' },
  { name: 'profile', description: 'User profiles' },
  { name: 'referral', description: 'Invite codes, activations and referrals' },
  { name: 'admin', description: 'Administration; requires the role `admin`' },
];

/** Serves the document, which is built once per public URL: building it takes about 17 ms. */
export function serveOpenApi(app: FastifyInstance, deps: Deps): void {
  // In development the URL may differ between requests, so only the latest document is kept.
  let latest: { url: string; text: string; etag: string } | undefined;
  app.get('/openapi.json', async (request, reply) => {
    const url = publicUrl(deps, request);
    if (latest?.url !== url) {
      const text = JSON.stringify(openApiDocument(url));
      latest = { url, text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
    }
    reply.headers({ 'cache-control': 'no-cache', etag: latest.etag });
    if (request.headers['if-none-match']?.includes(latest.etag)) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(latest.text);
  });
}

/** Describes the REST API as OpenAPI 3.1, generated from the schemas that validate its requests. */
function openApiDocument(baseUrl: string): OpenAPIObject {
  const document = generateOpenApiDocument(appRouter, {
    title: 'Invitree',
    version: '1',
    description:
      'Sign-in by phone number and a referral system.\n\n' +
      'Every error carries a stable `data.reason`. Messages are in English or, with `Accept-Language: ru`, in Russian.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    baseUrl: `${baseUrl}${PREFIX}`,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      cookie: { type: 'apiKey', in: 'cookie', name: cookieName(baseUrl.startsWith('https:')) },
    },
  } as Parameters<typeof generateOpenApiDocument>[1]) as unknown as Document;
  document.tags = TAGS;
  replaceErrorSchemas(document);
  document.paths[qrCodeOperation.meta.openapi.path] = { get: qrCodeOperation.operation };
  for (const { meta, name } of [...procedures(), qrCodeOperation]) {
    const { method, path, protect } = meta.openapi;
    const operation = document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${name} is missing in the OpenAPI document`);
    operation.operationId = name;
    if (!protect) operation.security = [];
    const { 200: success } = operation.responses;
    operation.responses = {
      [meta.status ?? 200]: success,
      ...errorResponses([
        ...(meta.errors ?? []),
        ...(protect === false ? [] : SIGNED_IN_REASONS),
        ...SHARED_REASONS,
      ]),
    };
  }
  return document as unknown as OpenAPIObject;
}

/** The parts of an OpenAPI document that are changed here. */
interface Document {
  tags: typeof TAGS;
  components: { schemas: Record<string, unknown> };
  paths: Record<
    string,
    Record<string, { operationId: string; security: unknown[]; responses: Record<number, unknown> }>
  >;
}

/** trpc-openapi adds one schema for each error status. All our errors have the same shape. */
function replaceErrorSchemas({ components: { schemas } }: Document): void {
  for (const key of Object.keys(schemas)) if (key.startsWith('error.')) delete schemas[key];
  schemas['Error'] = errorSchema;
}
