import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import { expect, test } from 'vitest';
import { SECURITY_HEADERS, SWAGGER_UI_HEADERS } from './security-headers.ts';

const DIRECTIVES = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

function helmetHeaders(directives: Record<string, string[] | null>) {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({ contentSecurityPolicy: { directives } })(request, response, (error) => {
    if (error) throw error;
  });
  return response.getHeaders();
}

test('the headers are those of Helmet', () => {
  expect(SECURITY_HEADERS).toEqual({ ...helmetHeaders(DIRECTIVES) });
});

test('the headers for Swagger UI allow style attributes', () => {
  const directives = { ...DIRECTIVES, styleSrcAttr: ["'unsafe-inline'"] };
  expect(SWAGGER_UI_HEADERS).toEqual({ ...helmetHeaders(directives) });
});
