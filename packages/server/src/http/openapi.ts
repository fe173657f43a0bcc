import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { generateOpenApiDocument, type OpenAPIObject } from 'trpc-openapi';
import { z } from 'zod';
import { errorData, REASONS, type Reason } from '../core/errors.ts';
import { errorMessage } from '../core/messages.ts';
import { TRPC_CODES } from '../rpc/failure.ts';
import { procedures } from './procedures.ts';
import { qrCodeOperation } from './qr.ts';
import { appRouter } from './router.ts';

const PREFIX = '/api/v1';

const TAGS = [
  { name: 'auth', description: 'One-time codes, sessions, tokens' },
  { name: 'profile', description: 'What is known of a user' },
  { name: 'referral', description: 'Invite codes and who used them' },
  { name: 'admin', description: 'For operators' },
];

/** The REST protocol as OpenAPI 3.1, from the same schemas that validate it. */
export function openApiDocument(baseUrl: string): OpenAPIObject {
  const document = generateOpenApiDocument(appRouter, {
    title: 'Invitree',
    version: '1',
    description:
      'Sign-in by phone number and a referral system.\n\n' +
      'Every error carries a stable `data.reason`; messages come in English or, with `Accept-Language: ru`, in Russian.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    baseUrl: `${baseUrl}${PREFIX}`,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'invitree_session' },
    },
  } as Parameters<typeof generateOpenApiDocument>[1]) as unknown as Document;
  document.tags = TAGS;
  document.components.schemas['Error'] = errorSchema;
  for (const key of Object.keys(document.components.schemas))
    if (key.startsWith('error.')) delete document.components.schemas[key];
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
      ...errorResponses([...(meta.errors ?? []), ...implied(protect !== false)]),
    };
  }
  return document as unknown as OpenAPIObject;
}

/** The part of OpenAPI's shape that is changed here. */
interface Document {
  tags: typeof TAGS;
  components: { schemas: Record<string, unknown> };
  paths: Record<
    string,
    Record<string, { operationId: string; security: unknown[]; responses: Record<number, unknown> }>
  >;
}

/** What any procedure may fail with. */
function implied(signedIn: boolean): Reason[] {
  return [
    'INPUT_INVALID',
    'PAYLOAD_TOO_LARGE',
    ...(signedIn
      ? (['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'USER_BLOCKED'] as const)
      : []),
    'INTERNAL',
    'UNAVAILABLE',
  ];
}

function errorResponses(reasons: Reason[]): Record<number, unknown> {
  const byStatus = Map.groupBy(new Set(reasons), statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, reasons]) => [
      status,
      {
        description: reasons.map((reason) => `\`${reason}\``).join(', '),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
            examples: Object.fromEntries(
              reasons.map((reason) => [reason, { value: example(reason) }]),
            ),
          },
        },
        ...(RETRIABLE.has(status) && {
          headers: {
            'Retry-After': { description: 'Seconds', schema: { type: 'integer' } },
          },
        }),
      },
    ]),
  );
}

const RETRIABLE = new Set([429, 503]);

function statusOf(reason: Reason): number {
  return getHTTPStatusCodeFromError(new TRPCError({ code: TRPC_CODES[reason] }));
}

function example(reason: Reason) {
  const httpStatus = statusOf(reason);
  const data = {
    ...(reason === 'CODE_WRONG' && { attemptsLeft: 4 }),
    ...(RETRIABLE.has(httpStatus) && { retryAfter: 42 }),
    ...(reason === 'ALREADY_ACTIVATED' && {
      inviteCode: 'K7MWQ2',
      activatedAt: '2026-11-20T12:00:00.000Z',
    }),
  };
  return {
    message: errorMessage('en', reason, data),
    code: TRPC_CODES[reason],
    data: { reason, httpStatus, requestId: '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a', ...data },
  };
}

const issues = {
  type: 'array',
  description: 'INPUT_INVALID: what is wrong where',
  items: {
    type: 'object',
    required: ['path', 'message'],
    properties: {
      path: { type: 'array', items: { type: ['string', 'integer'] } },
      message: { type: 'string' },
    },
  },
};

const errorSchema = {
  type: 'object',
  required: ['message', 'code', 'data'],
  properties: {
    message: { type: 'string', description: 'For a person' },
    code: {
      type: 'string',
      description: "tRPC's name of the status",
      enum: [...new Set(Object.values(TRPC_CODES))],
    },
    issues,
    data: {
      type: 'object',
      required: ['reason', 'httpStatus', 'requestId'],
      properties: {
        reason: {
          type: 'string',
          description: 'For a program: stable',
          enum: REASONS,
        },
        httpStatus: { type: 'integer' },
        requestId: { type: 'string', description: "Names the request in the server's log" },
        ...z.toJSONSchema(errorData, { io: 'output' }).properties,
        issues,
      },
    },
  },
};
