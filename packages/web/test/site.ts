import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { openTestApp, type TestOptions } from '../../server/test/harness.ts';

export type Site = Awaited<ReturnType<typeof openSite>>;

/** A listening server and a browser to visit it with. Close both in afterAll. */
export async function openSite(options?: TestOptions) {
  await using stack = new AsyncDisposableStack();
  const app = await openTestApp(options);
  stack.defer(() => app.close());
  const url = await app.app.listen({ host: '127.0.0.1', port: 0 });
  // Pages follow the clock of the Date header, which tests control here.
  app.app.server.prependListener('request', (_request, response) => {
    response.setHeader('date', new Date(app.deps.clock()).toUTCString());
  });
  const browser = await openChromium();
  stack.defer(() => browser.close());
  const opened = stack.move();
  /** Uncaught errors and violations of the Content Security Policy. */
  const violations: string[] = [];

  return {
    ...app,
    url,
    browser,
    violations,
    /** Opens a page in a browser context of its own, as a new visitor. */
    async visit(path = '/app', more: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ baseURL: url, locale: 'en-GB', ...more });
      context.setDefaultTimeout(30_000);
      context.on('weberror', (error) => violations.push(String(error.error())));
      context.on('console', (message) => {
        if (/Content Security Policy|TrustedHTML/.test(message.text()))
          violations.push(message.text());
      });
      const page = await context.newPage();
      await page.goto(path);
      return page;
    },
    /** The newest code sent to a phone. Waits for it, because messages follow the response. */
    async codeFor(phone: string): Promise<string> {
      const { text } = await vi.waitFor(() => {
        const message = app.outbox.findLast(({ to }) => to === phone);
        if (!message) throw new Error(`No message to ${phone}`);
        return message;
      });
      return /\d+/.exec(text)?.[0] ?? '';
    },
    /** Requests a code through the form. */
    async requestCode(page: Page, phone: string): Promise<void> {
      await page.getByLabel('Phone number').fill(phone);
      await page.getByRole('button', { name: 'Text me a code' }).click();
      await page.getByLabel('Code from the text message').waitFor();
    },
    async signInOn(page: Page, phone: string): Promise<void> {
      await this.requestCode(page, phone);
      await page.getByLabel('Code from the text message').fill(await this.codeFor(phone));
      await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
    },
    close: () => opened.disposeAsync(),
  };
}

function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
