/** The REST protocol through other people's tools: what they make of /openapi.json works. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from './commands.ts';
import { startServer } from './server.ts';

/** Inside of this package, so that its programs find the libraries. */
const folder = join(import.meta.dirname, 'generated');
const file = (name: string) => join(folder, name);

let server: Awaited<ReturnType<typeof startServer>>;
before(async () => {
  await mkdir(folder, { recursive: true });
  server = await startServer();
  await writeFile(file('openapi.json'), await (await fetch(`${server.url}/openapi.json`)).text());
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

test('Redocly finds nothing to complain about', async () => {
  const printed = await run('redocly', [
    ...['lint', file('openapi.json'), '--extends', 'recommended', '--format', 'json'],
  ]);
  const { totals, problems } = JSON.parse(printed.slice(printed.indexOf('{')));
  assert.deepEqual(problems, []);
  assert.deepEqual([totals.errors, totals.warnings], [0, 0]);
});

test('a client by openapi-typescript and openapi-fetch signs in and activates', async () => {
  await run('openapi-typescript', [file('openapi.json'), '-o', file('openapi.d.ts')]);
  await writeFile(file('walk.ts'), WALK);
  await writeFile(
    file('tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { lib: ['es2023', 'dom'], skipLibCheck: false, types: ['node'] },
      files: ['walk.ts'],
    }),
  );
  for (const version of ['typescript', 'typescript-7'])
    await run(process.execPath, [
      join(import.meta.dirname, 'node_modules', version, 'bin/tsc'),
      ...['-p', folder],
    ]);
  const { user } = await server.signIn('+79990000701');
  const printed = await run(process.execPath, [file('walk.ts')], {
    env: { INVITREE_URL: server.url, INVITE_CODE: user.inviteCode },
  });
  assert.deepEqual(JSON.parse(printed), {
    referrerId: user.id,
    referrals: 0,
    again: 'ALREADY_ACTIVATED',
    refreshed: true,
  });
});

const WALK = `
import createClient from 'openapi-fetch';
import type { paths } from './openapi.d.ts';

const api = createClient<paths>({ baseUrl: process.env['INVITREE_URL'] + '/api/v1' });
const phone = '+7 999 000 07 02';
await api.POST('/auth/code', { body: { phone } });
const session = (await api.POST('/auth/verify', { body: { phone, code: '1111' } })).data;
if (!session) throw new Error('not signed in');
const headers = { authorization: \`\${session.tokenType} \${session.accessToken}\` };
const body = { inviteCode: process.env['INVITE_CODE'] ?? '' };
const activation = await api.POST('/referral/activate', { body, headers });
const again = await api.POST('/referral/activate', { body, headers });
const list = await api.GET('/users/{userId}/referrals', {
  params: { path: { userId: session.user.id }, query: { limit: 5 } },
  headers,
});
const refreshed = await api.POST('/auth/refresh', { body: { refreshToken: session.refreshToken ?? '' } });
// @ts-expect-error no such path
void (() => api.GET('/nothing'));
// @ts-expect-error a phone is a text
void (() => api.POST('/auth/code', { body: { phone: 7 } }));
console.log(JSON.stringify({
  referrerId: activation.data?.referrerId,
  referrals: list.data?.items.length,
  again: again.error?.data.reason,
  refreshed: refreshed.data?.user.id === session.user.id,
}));
`;

test('a Postman collection runs from sign-in to activation', async () => {
  await run('openapi2postmanv2', [
    ...['-s', file('openapi.json'), '-o', file('all.json'), '-O', 'folderStrategy=Tags'],
  ]);
  const collection = JSON.parse(await readFile(file('all.json'), 'utf8')) as Collection;
  const requests = collection.item.flatMap(({ item }) => item);
  const steps = STEPS.map(({ path, method, input, keep = {} }) => {
    const found = requests.find(
      ({ request }) => request.method === method && `/${request.url.path.join('/')}` === path,
    );
    assert.ok(found, `${method} ${path} is in the collection`);
    const { request } = found;
    if (request.body?.raw) request.body.raw = JSON.stringify(input);
    for (const variable of request.url.variable) variable.value = String(input?.[variable.key]);
    const exec = [
      "pm.test('succeeds', () => pm.response.to.be.success);",
      ...Object.entries(keep).map(
        ([name, at]) => `pm.variables.set('${name}', pm.response.json().${at});`,
      ),
    ];
    return { ...found, event: [{ listen: 'test', script: { exec } }] };
  });
  await writeFile(file('story.json'), JSON.stringify({ ...collection, item: steps }));
  const { user } = await server.signIn('+79990000801');
  await run('newman', [
    ...['run', file('story.json'), '--bail', '--env-var', `inviteCode=${user.inviteCode}`],
    ...['--reporters', 'json', '--reporter-json-export', file('report.json')],
  ]);
  const { stats, failures } = JSON.parse(await readFile(file('report.json'), 'utf8')).run;
  assert.deepEqual(failures, []);
  assert.equal(stats.assertions.total, STEPS.length);
});

/** The way through the collection; `keep` says what a next request needs of an answer. */
const STEPS: Step[] = [
  { method: 'POST', path: '/auth/code', input: { phone: '+7 999 000 08 02' } },
  {
    method: 'POST',
    path: '/auth/verify',
    input: { phone: '+7 999 000 08 02', code: '1111' },
    keep: { bearerToken: 'accessToken', userId: 'user.id' },
  },
  { method: 'GET', path: '/profile' },
  { method: 'GET', path: '/referral/codes/:code', input: { code: '{{inviteCode}}' } },
  { method: 'POST', path: '/referral/activate', input: { inviteCode: '{{inviteCode}}' } },
  { method: 'GET', path: '/users/:id', input: { id: '{{userId}}' } },
  { method: 'POST', path: '/auth/logout', input: { everywhere: true } },
];

interface Step {
  method: string;
  /** As in the collection: with `:name` for what is in the path. */
  path: string;
  input?: Record<string, unknown>;
  keep?: Record<string, string>;
}

interface Collection {
  item: {
    item: {
      name: string;
      request: {
        method: string;
        url: { path: string[]; variable: { key: string; value: string }[] };
        body?: { raw?: string };
      };
    }[];
  }[];
}
