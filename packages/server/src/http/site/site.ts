import { readFileSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import { htmlEscape } from 'escape-goat';
import type { FastifyInstance } from 'fastify';
import absolutePath from 'swagger-ui-dist/absolute-path.js';
import type { Deps } from '../../deps.ts';
import { publicUrl } from '../../rpc/context.ts';
import { ALLOW_STYLE_ATTRIBUTES } from '../hardening.ts';
import { serveInvitePage } from './invite-page.ts';
import { servePages } from './pages.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Serves the start page, the pages at /app and the API reference, with all their assets. */
export async function serveSite(app: FastifyInstance, deps: Deps): Promise<void> {
  const files = [
    ['/start.css', 'start.css', 'text/css; charset=utf-8'],
    ['/invite.css', 'invite.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'icon.svg', 'image/svg+xml'],
    ['/docs', 'docs.html', 'text/html; charset=utf-8'],
    ['/docs/docs.js', 'docs.js', 'text/javascript; charset=utf-8'],
  ] as const;
  for (const [url, name, type] of files) {
    const content = read(name);
    const options = url === '/docs' ? ALLOW_STYLE_ATTRIBUTES : {};
    app.get(url, options, async (_request, reply) => reply.type(type).send(content));
  }
  const start = read('start.html');
  app.get('/', async (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .send(start.replaceAll('{origin}', htmlEscape(publicUrl(deps, request)))),
  );
  serveInvitePage(app, deps);
  await servePages(app, deps);
  await app.register(fastifyStatic, {
    root: absolutePath(),
    prefix: '/docs/',
    index: false,
    allowedPath: (path: string) => /^\/swagger-ui(-bundle\.js|\.css)$/.test(path),
    maxAge: deps.config.production ? '1h' : 0,
  });
}
