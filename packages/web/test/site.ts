import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { openTestApp, type TestOptions } from '../../server/test/harness.ts';

export type Site = Awaited<ReturnType<typeof openSite>>;

/** The built server on a port, and a browser to visit it with. Close it in afterAll. */
export async function openSite(options?: TestOptions) {
  const app = await openTestApp(options);
  const url = await app.app.listen({ host: '127.0.0.1', port: 0 });
  // The page goes by the time that answers tell: here the one that tests set.
  app.app.server.prependListener('request', (_request, response) => {
    response.setHeader('date', new Date(app.deps.clock()).toUTCString());
  });
  const browser = await openChromium();
  /** What no page may do: throw, or try what its policy forbids. */
  const complaints: string[] = [];

  return {
    ...app,
    url,
    browser,
    complaints,
    /** A person with a browser of their own. */
    async visit(path = '/app', more: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ baseURL: url, locale: 'en-GB', ...more });
      context.setDefaultTimeout(30_000);
      context.on('weberror', (error) => complaints.push(String(error.error())));
      context.on('console', (message) => {
        if (/Content Security Policy|TrustedHTML/.test(message.text()))
          complaints.push(message.text());
      });
      const page = await context.newPage();
      await page.goto(path);
      return page;
    },
    /** The newest code that went to a phone: messages leave after the answer. */
    async codeFor(phone: string): Promise<string> {
      const { text } = await vi.waitFor(() => {
        const message = app.outbox.findLast(({ to }) => to === phone);
        if (!message) throw new Error(`No message to ${phone}`);
        return message;
      });
      return /\d+/.exec(text)?.[0] ?? '';
    },
    /** Through the form, as far as the code. */
    async askForCode(page: Page, phone: string): Promise<void> {
      await page.getByLabel('Phone number').fill(phone);
      await page.getByRole('button', { name: 'Send me a code' }).click();
      await page.getByLabel('Code from the SMS').waitFor();
    },
    async signInOn(page: Page, phone: string): Promise<void> {
      await this.askForCode(page, phone);
      await page.getByLabel('Code from the SMS').fill(await this.codeFor(phone));
      await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
    },
    async close() {
      await browser.close();
      await app.close();
    },
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
