import { openTestApp } from './harness.ts';

export const ADMIN = '+79990000001';

/** Opens an app with a signed-in admin. */
export async function openAsAdmin() {
  const app = await openTestApp({ env: { ADMIN_PHONES: ADMIN } });
  const { accessToken: token, user } = await app.signIn(ADMIN);
  const call = async (route: string, body?: object) =>
    (await app.rest(route, { token, ...(body && { body }) })).body;
  const importLines = (kind: 'users' | 'referrals', lines: object[], dryRun = false) =>
    call(`POST /admin/import/${kind}`, { lines, dryRun });
  const count = () => app.deps.database.prisma.user.count();
  return { app, admin: user, call, importLines, count };
}
