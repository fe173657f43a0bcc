import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Deps } from '../../deps.ts';

const DIST = fileURLToPath(new URL('dist', import.meta.resolve('@invitree/web/package.json')));

/** The page needs nothing but its own files and this service; no script or style of its own text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Invitree</title>
    <link rel="stylesheet" href="/start.css" />
  </head>
  <body>
    <main>
      <h1>Not built yet</h1>
      <p>These pages are built when the server is started with <code>pnpm start</code>.</p>
    </main>
  </body>
</html>
`;

/** The pages at /app, which packages/web is the source of. */
export async function servePages(
  app: FastifyInstance,
  { config }: Pick<Deps, 'config'>,
  folder = DIST,
): Promise<void> {
  app.get('/app', async (_request, reply) => {
    reply
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-cache', 'content-security-policy': POLICY });
    // Read each time: it names the scripts of the newest build.
    const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
    if (page === undefined) return reply.code(503).send(NOT_BUILT);
    return page.replace('{region}', config.DEFAULT_REGION);
  });
  app.get('/app/', async (request, reply) =>
    reply.redirect(`/app${request.url.slice('/app/'.length)}`, 308),
  );
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/app/assets/',
    index: false,
    decorateReply: false,
    preCompressed: true,
    // The names of built files change with what is in them.
    immutable: true,
    maxAge: '365d',
  });
}
