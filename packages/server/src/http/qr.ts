import { getTRPCErrorFromUnknown } from '@trpc/server';
import type { FastifyInstance } from 'fastify';
import QRCode, { type QRCodeToBufferOptions } from 'qrcode';
import { z } from 'zod';
import { checkInput, DomainError } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { referralRouter } from '../referral/routes.ts';
import { createContext } from '../rpc/context.ts';
import { rest } from '../rpc/route.ts';
import { createCallerFactory } from '../rpc/trpc.ts';
import { sendFailure } from './rest.ts';

const query = z.object({ format: z.enum(['svg', 'png']).default('svg') });

/** Sharp on high-density screens. For print there is SVG. */
const PNG: QRCodeToBufferOptions = { type: 'png', width: 512 };

const callReferral = createCallerFactory(referralRouter);

/**
 * Serves the caller's invite link as a QR code. This is a plain route, because procedures return
 * JSON. It calls `referral.myCode`, which also authenticates the caller.
 */
export function serveQrCode(app: FastifyInstance, deps: Deps): void {
  app.get('/referral/code/qr', async (request, reply) => {
    try {
      const code = await callReferral(createContext(deps, request, reply)).myCode();
      const { format } = checkInput(query, request.query);
      if (!code) throw new DomainError('INVITE_CODE_NOT_FOUND');
      reply.header('cache-control', 'private, no-cache');
      return format === 'svg'
        ? reply.type('image/svg+xml').send(await QRCode.toString(code.link, { type: 'svg' }))
        : reply.type('image/png').send(await QRCode.toBuffer(code.link, PNG));
    } catch (cause) {
      return sendFailure(request, reply, getTRPCErrorFromUnknown(cause), request.query);
    }
  });
}

const meta = rest('GET /referral/code/qr', {
  tag: 'referral',
  summary: 'Get your invite link as a QR code',
  errors: ['INVITE_CODE_NOT_FOUND'],
});

/** Documents the route, because the OpenAPI document is otherwise generated from procedures. */
export const qrCodeOperation = {
  name: 'referral.qrCode',
  meta,
  operation: {
    operationId: 'referral.qrCode',
    tags: meta.openapi.tags,
    summary: meta.openapi.summary,
    security: [{ bearer: [] }],
    parameters: [
      {
        name: 'format',
        in: 'query',
        schema: { type: 'string', enum: ['svg', 'png'], default: 'svg' },
      },
    ],
    responses: {
      200: {
        description: 'The QR code',
        content: {
          'image/svg+xml': { schema: { type: 'string' } },
          'image/png': { schema: { type: 'string', format: 'binary' } },
        },
      },
    },
  },
};
