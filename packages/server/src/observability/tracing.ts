import type { Attributes, Context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database, Sql } from '../database/port.ts';
import type { Tracing } from './port.ts';
import type { ObservabilitySettings } from './settings.ts';

type Settings = Pick<ObservabilitySettings, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SERVICE_NAME'>;

/**
 * Opens OpenTelemetry tracing with OTLP export over HTTP. The SDK reads sampling, headers and the
 * like from its own `OTEL_` variables. Without an endpoint, no OpenTelemetry package is loaded.
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
  // Installs the context manager and the W3C Trace Context propagator globally.
  provider.register();
  const tracer = provider.getTracer('invitree');

  return {
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work((more: Attributes) => void span.setAttributes(more));
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      }),
    instrument(app: FastifyInstance) {
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
      // Activates the span only now: the events that deliver the body lose the async context.
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

/** Adds a span per statement and transaction, with the SQL text but never the parameter values. */
export function withTracing(database: Database, tracing: Tracing): Database {
  const traceQueries = (sql: Sql): Sql => ({
    query: (statement) =>
      tracing.span(
        'query',
        { 'db.system.name': 'postgresql', 'db.query.text': statement.text },
        () => sql.query(statement),
      ),
  });
  return {
    ...database,
    ...traceQueries(database),
    transaction: (work) =>
      tracing.span('transaction', {}, () => database.transaction((tx) => work(traceQueries(tx)))),
  };
}
