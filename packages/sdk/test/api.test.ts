import { readFileSync } from 'node:fs';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expect, test } from 'vitest';
import { procedures } from '../../server/src/http/procedures.ts';
import type { AppRouter } from '../../server/src/index.ts';
import { type Api, type CallOptions, createClient, type Page } from '../src/index.ts';

/** This file only compiles if the generated types equal those inferred from the router. */
type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
type Method<Group, Name> = Group extends keyof Api
  ? Name extends keyof Api[Group]
    ? Api[Group][Name]
    : never
  : never;
type Agrees<Group extends keyof Inputs, Name extends keyof Inputs[Group]> =
  Method<Group, Name> extends (input: infer Input, options?: CallOptions) => Promise<infer Output>
    ? Group extends keyof Outputs
      ? Name extends keyof Outputs[Group]
        ? [
            // biome-ignore lint/suspicious/noConfusingVoidType: what Zod infers for z.void()
            Same<Exclude<Input, undefined>, Exclude<Inputs[Group][Name], undefined | void>>,
            Same<Output, Outputs[Group][Name]>,
          ]
        : 'no output'
      : 'no output'
    : 'no method';
type Disagreements = {
  [Group in keyof Inputs]: {
    [Name in keyof Inputs[Group]]: Agrees<Group, Name> extends [true, true]
      ? never
      : [Group, Name, Agrees<Group, Name>];
  }[keyof Inputs[Group]];
}[keyof Inputs];
const disagreements: [Disagreements] extends [never] ? [] : [Disagreements] = [];

test('the server’s procedures are the client’s methods', () => {
  expect(disagreements).toEqual([]);
  const { session, ...api } = createClient({ url: 'http://invitree.test' });
  expect(Object.keys(session)).toEqual(['accessToken', 'forget']);
  const methods = Object.entries(api).flatMap(([group, members]) =>
    Object.keys(members).map((name) => `${group}.${name}`),
  );
  expect(methods.sort()).toEqual(
    procedures()
      .map(({ name }) => name)
      .sort(),
  );
});

test('every generated type is exported', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const api = read('../src/generated/api.ts');
  const generated = [...api.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
  const [, exported = ''] =
    /export type \{([^}]*)\} from '.\/generated/.exec(read('../src/index.ts')) ?? [];
  expect(exported.match(/\w+/g)?.sort()).toEqual(generated.sort());
});

// Never called: each `@ts-expect-error` is an error that the types must report.
export function probes(client: ReturnType<typeof createClient>) {
  // @ts-expect-error a phone is a string
  client.auth.requestCode({ phone: 79991234567 });
  // @ts-expect-error the code is missing
  client.auth.verifyCode({ phone: '+79991234567' });
  // @ts-expect-error no such procedure
  client.auth.signIn();
  client.profile.me().then((profile) => {
    const role: 'user' | 'admin' = profile.role;
    // @ts-expect-error database columns are not exposed
    profile.passwordHash;
    return role;
  });
  const page: Promise<Page<{ id: string }>> = client.referral.list({ userId: '' });
  // @ts-expect-error only lists are paginated
  client.profile.me.all();
  return page;
}
