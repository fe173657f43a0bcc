/** A backend that identifies its users by Invitree access tokens, without a request to Invitree. */
import { isInvitreeError } from '@invitree/sdk';
import { createVerifier, type VerifiedToken } from '@invitree/sdk/verify';
import Fastify from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    caller: VerifiedToken | null;
  }
}

const verify = createVerifier({ url: process.env['INVITREE_URL'] ?? 'http://127.0.0.1:3000' });
const notes = new Map<string, string[]>();

const app = Fastify();
app.decorateRequest('caller', null);
app.addHook('onRequest', async (request) => {
  request.caller = await verify(request.headers.authorization);
});
app.setErrorHandler((error, _request, reply) =>
  isInvitreeError(error)
    ? reply.code(error.status ?? 500).send({ reason: error.reason, message: error.message })
    : reply.send(error),
);

app.get('/notes', async ({ caller }) => ({ notes: notes.get(caller?.userId ?? '') ?? [] }));
app.post<{ Body: { text: string } }>('/notes', async ({ caller, body }) => {
  const userId = caller?.userId ?? '';
  notes.set(userId, [...(notes.get(userId) ?? []), body.text]);
  return { notes: notes.get(userId) };
});

console.log(await app.listen({ port: Number(process.env['PORT'] ?? 4000) }));
