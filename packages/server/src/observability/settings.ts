import { z } from 'zod';
import { wholeNumber } from '../core/setting-schemas.ts';

export const observabilitySettings = {
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  LOG_FILE: z
    .string()
    .optional()
    .describe('File for the log, written as JSON lines. One file per instance.')
    .meta({ shownDefault: 'standard output' }),
  LOG_FILE_SIZE: wholeNumber(50).describe('Megabytes after which `LOG_FILE` is rotated.'),
  LOG_FILE_KEEP: wholeNumber(10).describe('Rotated files to keep; `.1` is the newest.'),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('Bearer token that `/metrics` requires. Without it, `/metrics` is open.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Where traces are sent, as OTLP over HTTP. OpenTelemetry's own variables, such as `OTEL_TRACES_SAMPLER`, apply too.",
    ),
  OTEL_SERVICE_NAME: z.string().default('invitree').describe('Service name in traces.'),
};

export type ObservabilitySettings = z.infer<z.ZodObject<typeof observabilitySettings>>;
