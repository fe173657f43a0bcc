import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expect, test } from 'vitest';
import { procedures } from '../../server/src/http/procedures.ts';
import type { AppRouter } from '../../server/src/index.ts';
import { type Api, type CallOptions, createClient, type Page } from '../src/index.ts';

/** The generated types say what TypeScript itself infers from the router: this compiles or does not. */
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
            // biome-ignore lint/suspicious/noConfusingVoidType: what zod infers of z.void()
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

test('every procedure of the server is a method, and no more', () => {
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

// What must not compile; never called.
export function probes(client: ReturnType<typeof createClient>) {
  // @ts-expect-error a phone is a text
  client.auth.requestCode({ phone: 79991234567 });
  // @ts-expect-error the code is missing
  client.auth.verifyCode({ phone: '+79991234567' });
  // @ts-expect-error no such procedure
  client.auth.signIn();
  client.profile.me().then((profile) => {
    const role: 'user' | 'admin' = profile.role;
    // @ts-expect-error no column of the database gets out
    profile.passwordHash;
    return role;
  });
  const page: Promise<Page<{ id: string }>> = client.referral.list({ userId: '' });
  // @ts-expect-error only lists have pages
  client.profile.me.all();
  return page;
}
