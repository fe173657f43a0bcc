import type { Attributes, Context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database, Sql } from '../database/port.ts';
import type { Tracing } from './port.ts';
import type { ObservabilitySettings } from './settings.ts';

type Settings = Pick<ObservabilitySettings, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SERVICE_NAME'>;

/**
 * Traces by OpenTelemetry, sent as OTLP over HTTP; how many and with which headers, the SDK reads from
 * its own OTEL_ variables. Without an endpoint nothing of it is loaded.
 */
export async function openTracing(
  settings: Settings,
): Promise<(Tracing & { close(): Promise<void> }) | undefined> {
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return undefined;
  const { context, propagation, SpanKind, SpanStatusCode, trace } = await import(
    '@opentelemetry/api'
  );
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.OTEL_SERVICE_NAME }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // Sets up the context and W3C's traceparent for the process.
  provider.register();
  const tracer = provider.getTracer('invitree');

  return {
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work((more) => void span.setAttributes(more as Attributes));
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      }),
    serve(app: FastifyInstance) {
      const contexts = new WeakMap<FastifyRequest, Context>();
      app.addHook('onRequest', async (request) => {
        const parent = propagation.extract(context.active(), request.headers);
        const span = tracer.startSpan(
          `${request.method} ${request.routeOptions.url ?? 'none'}`,
          {
            kind: SpanKind.SERVER,
            attributes: {
              'http.request.method': request.method,
              'http.route': request.routeOptions.url ?? 'none',
            },
          },
          parent,
        );
        contexts.set(request, trace.setSpan(parent, span));
        request.log = request.log.child({ traceId: span.spanContext().traceId });
      });
      // After the body has been read, whose events know nothing of the context before them.
      app.addHook('preValidation', (request, _reply, done) => {
        context.with(contexts.get(request) ?? context.active(), done);
      });
      app.addHook('onResponse', async (request, reply) => {
        const span = trace.getSpan(contexts.get(request) ?? context.active());
        span?.setAttribute('http.response.status_code', reply.statusCode);
        if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
        span?.end();
      });
    },
    async close() {
      await provider.shutdown().catch(() => undefined);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** A span for each statement and each transaction: the text with its placeholders, never the values. */
export function traced(database: Database, tracing: Tracing): Database {
  const within = (sql: Sql): Sql => ({
    query: (statement) =>
      tracing.span(
        'query',
        { 'db.system.name': 'postgresql', 'db.query.text': statement.text },
        () => sql.query(statement),
      ),
  });
  return {
    ...database,
    ...within(database),
    transaction: (work) =>
      tracing.span('transaction', {}, () => database.transaction((tx) => work(within(tx)))),
  };
}
