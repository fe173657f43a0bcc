/** Helmet's default headers, apart from the policy. A test compares them with Helmet's own. */
const DEFAULTS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

const POLICY = [
  "default-src 'self'",
  "base-uri 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  "style-src 'self'",
];

/** The security headers of every response. */
export const SECURITY_HEADERS = {
  'content-security-policy': POLICY.join(';'),
  ...DEFAULTS,
};

/** The same for Swagger UI, which styles its elements with `style` attributes. */
export const SWAGGER_UI_HEADERS = {
  'content-security-policy': [...POLICY, "style-src-attr 'unsafe-inline'"].join(';'),
  ...DEFAULTS,
};
