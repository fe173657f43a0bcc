import { z } from 'zod';
import { hostName } from '../core/host-name.ts';
import { addressRanges, list, seconds, webUrl, wholeNumber } from '../core/setting-schemas.ts';

export const httpSettings = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: wholeNumber(3000, 0)
    .refine((port) => port < 65536, { error: 'must be below 65536' })
    .describe('Port to listen on. `0` picks a free one and prints it.'),
  PUBLIC_URL: webUrl
    .optional()
    .describe(
      'Public address: token issuer, links, and the origin that cookies are checked against. Requests for other hosts are refused. Required in production.',
    )
    .meta({ shownDefault: 'the address a request was sent to' }),
  ALLOWED_HOSTS: list
    .refine((items) => items.every((item) => hostName(item) === item), {
      error: 'must be host names or addresses without a port, in lower case, separated by commas',
    })
    .describe(
      'Hosts that requests may name besides that of `PUBLIC_URL`, for example the internal name that other services use. Loopback addresses are always allowed, and in development every local one.',
    ),
  TRUST_PROXY: addressRanges.describe(
    'Proxies (addresses or CIDR ranges) whose `X-Forwarded-For` header is trusted.',
  ),
  CORS_ORIGINS: list
    .refine((items) => items.every(isOrigin), {
      error: 'must be origins like https://app.example.com, separated by commas',
    })
    .describe('Origins whose pages may call the API from a browser.'),
  RATE_LIMIT_EXEMPT: addressRanges
    .describe(
      'Addresses (CIDR) exempt from per-address limits. Limits per phone and per account still apply.',
    )
    .meta({ shownDefault: 'loopback in development, none in production' }),
  HEADERS_TIMEOUT: seconds(10).describe('Seconds a request may take to send its headers.'),
  REQUEST_TIMEOUT: seconds(30).describe('Seconds a request may take to arrive completely.'),
  MAX_EVENT_LOOP_DELAY: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Event loop delay in milliseconds above which requests get 503. `0` turns this off.')
    .meta({ shownDefault: '`1000`; `0` with the embedded database' }),
  MAX_MEMORY: wholeNumber(0, 0).describe(
    'Resident memory in MiB above which requests get 503. `0` turns this off.',
  ),
  SHUTDOWN_DELAY: wholeNumber(0, 0).describe(
    'Seconds during which `/readyz` fails before connections are refused, so that a load balancer notices.',
  ),
  SHUTDOWN_TIMEOUT: wholeNumber(10).describe(
    'Seconds that requests in progress then have to finish.',
  ),
};

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
