import { openTestApp, type TestApp, type TestOptions } from '../../server/test/harness.ts';

/** The built server on a port of its own. Close it in afterAll. */
export async function listen(options?: TestOptions): Promise<TestApp & { url: string }> {
  const opened = await openTestApp(options);
  const url = await opened.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...opened, url };
}
