const repeat = (open: string, depth: number) => open.repeat(depth);

/** Request bodies that are malformed, deeply nested, too large, or contain NUL and lone surrogates. */
export const BODIES: (string | Uint8Array)[] = [
  'null',
  '[]',
  '"text"',
  '1e999',
  '{',
  '{"a":1}}',
  '\ufeff{}',
  repeat('[', 30_000),
  repeat('{"a":', 10_000),
  `${repeat('[', 20_000)}${repeat(']', 20_000)}`,
  `{"phone":${repeat('{"a":', 5_000)}1${repeat('}', 5_000)}}`,
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '{"phone":"\\u0000","code":"\\u0000","email":"\\u0000@example.org","password":"\\u0000aaaaaaaaaaaaaaa","inviteCode":"\\u0000","refreshToken":"\\u0000","displayName":"\\u0000"}',
  '{"phone":"+79991234567","code":"1234","inviteCode":"A\\u0000B","email":"a@example.org","password":"a long and strange one","displayName":"\\ud800","refreshToken":"\\ud800"}',
  Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Uint8Array.from([0x22, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0x22]),
  Uint8Array.from([0, 0, 0, 0]),
  `{"phone":"${'9'.repeat(65_000)}"}`,
  `{"phone":"${'9'.repeat(70_000)}"}`,
];
