import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openTracing, withTracing } from '../../src/observability/tracing.ts';
import { openTestApp, type TestApp, testApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

test('a request, its procedure and its statements are spans of the caller’s trace', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: the received spans are what is under test
  const spans: any[] = [];
  const collector = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    for (const { scopeSpans } of JSON.parse(body).resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void collector.close());
  await once(collector, 'listening');
  const { port } = collector.address() as { port: number };
  const tracing = await openTracing({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_SERVICE_NAME: 'invitree',
  });
  if (!tracing) throw new Error('no tracing');
  onTestFinished(() => tracing.close());
  const instrumented = await testApp({
    database: withTracing(app.deps.database, tracing),
    deps: { tracing },
  });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await instrumented.rest('POST /auth/code', {
    body: { phone: '+79994445566' },
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  await tracing.close();
  const [request] = spans.filter(({ name }) => name === 'POST /api/v1/auth/code');
  const [procedure] = spans.filter(({ name }) => name === 'auth.requestCode');
  const [query] = spans.filter(({ name }) => name === 'query');
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  expect(request.parentSpanId).toBe('b7ad6b7169203331');
  expect(procedure.parentSpanId).toBe(request.spanId);
  expect(query.parentSpanId).toBe(procedure.spanId);
  expect(JSON.stringify(spans)).not.toContain('9994445566');
});

test('without an endpoint, tracing is off', async () => {
  expect(
    await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined, OTEL_SERVICE_NAME: 'invitree' }),
  ).toBeUndefined();
});
