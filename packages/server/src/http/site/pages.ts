import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Deps } from '../../deps.ts';

const DIST = fileURLToPath(new URL('dist', import.meta.resolve('@invitree/web/package.json')));

/** The page loads its own files and calls this server, without inline scripts or styles. */
const CONTENT_SECURITY_POLICY = [
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
      <h1>The pages are not built yet</h1>
      <p>Start the server with <code>pnpm start</code>, which builds them first.</p>
    </main>
  </body>
</html>
`;

/** Serves the pages of packages/web at /app. */
export async function servePages(
  app: FastifyInstance,
  { config }: Pick<Deps, 'config'>,
  folder = DIST,
): Promise<void> {
  app.get('/app', async (_request, reply) => {
    reply
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-cache', 'content-security-policy': CONTENT_SECURITY_POLICY });
    // Read on each request, because a new build changes the script names in it.
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
    // File names contain a hash of the content.
    immutable: true,
    maxAge: '365d',
  });
}
