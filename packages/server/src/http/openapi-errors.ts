import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { z } from 'zod';
import { errorData, REASONS, type Reason } from '../core/errors.ts';
import { errorMessage } from '../core/messages.ts';
import { TRPC_CODES } from '../rpc/failure.ts';

/** Reasons that any procedure may fail with. */
export const SHARED_REASONS = [
  'INPUT_INVALID',
  'PAYLOAD_TOO_LARGE',
  'INTERNAL',
  'UNAVAILABLE',
] as const satisfies Reason[];

/** Reasons that any procedure for signed-in users may fail with. */
export const SIGNED_IN_REASONS = [
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'USER_BLOCKED',
] as const satisfies Reason[];

/** Responses that carry a `Retry-After` header. */
const RETRYABLE = new Set([429, 503]);

/** OpenAPI responses for these reasons: one per HTTP status, with an example for each reason. */
export function errorResponses(reasons: Reason[]): Record<number, unknown> {
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
        ...(RETRYABLE.has(status) && {
          headers: {
            'Retry-After': {
              description: 'Seconds to wait before retrying',
              schema: { type: 'integer' },
            },
          },
        }),
      },
    ]),
  );
}

function statusOf(reason: Reason): number {
  return getHTTPStatusCodeFromError(new TRPCError({ code: TRPC_CODES[reason] }));
}

function example(reason: Reason) {
  const httpStatus = statusOf(reason);
  const data = {
    ...(reason === 'CODE_WRONG' && { attemptsLeft: 4 }),
    ...(RETRYABLE.has(httpStatus) && { retryAfter: 42 }),
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
  description: 'INPUT_INVALID: the invalid fields',
  items: {
    type: 'object',
    required: ['path', 'message'],
    properties: {
      path: { type: 'array', items: { type: ['string', 'integer'] } },
      message: { type: 'string' },
    },
  },
};

/** The JSON Schema of an error response. */
export const errorSchema = {
  type: 'object',
  required: ['message', 'code', 'data'],
  properties: {
    message: { type: 'string', description: 'Human-readable description' },
    code: {
      type: 'string',
      description: "tRPC's name for the HTTP status",
      enum: [...new Set(Object.values(TRPC_CODES))],
    },
    issues,
    data: {
      type: 'object',
      required: ['reason', 'httpStatus', 'requestId'],
      properties: {
        reason: {
          type: 'string',
          description: 'Stable code to switch on',
          enum: REASONS,
        },
        httpStatus: { type: 'integer' },
        requestId: {
          type: 'string',
          description: "Identifies the request in the server's log",
        },
        ...z.toJSONSchema(errorData, { io: 'output' }).properties,
        issues,
      },
    },
  },
};
