/** Pages on a slow or broken connection. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import { button, closePages, openPage, waitForText } from './actions.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => closePages(site));
afterAll(() => site.close());

test('keeps typed text while offline and recovers when the network returns', async () => {
  const page = await site.visit();
  await site.signInOn(page, newPhone());
  await openPage(page, 'Account');
  await page.getByLabel('Name').fill('Vera');
  await page.context().setOffline(true);
  await waitForText(page, 'You’re offline.');
  await button(page, 'Save').click();
  await waitForText(page, 'We couldn’t reach the server.');
  await page.context().setOffline(false);
  await page.getByText('You’re offline.').waitFor({ state: 'detached' });
  await page.reload();
  expect(await page.getByLabel('Name').inputValue()).toBe('Vera');
  await button(page, 'Save').click();
  await waitForText(page, 'Your name is saved.');
});

test('offers a retry if the server cannot be reached when the page opens', async () => {
  const page = await site.visit();
  await page.route('**/trpc/**', (route) => route.abort());
  await page.reload();
  await waitForText(page, 'We can’t reach the server');
  await page.unroute('**/trpc/**');
  await button(page, 'Try again').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('shows that a slow request is pending and sends it once', async () => {
  const page = await site.visit();
  await page.clock.install();
  const response = Promise.withResolvers<void>();
  let requests = 0;
  await page.route('**/trpc/auth.requestCode**', async (route) => {
    requests += 1;
    await response.promise;
    await route.continue();
  });
  await page.getByLabel('Phone number').fill(newPhone());
  const send = button(page, 'Text me a code');
  await send.click();
  await send.click({ force: true });
  expect(await send.getAttribute('aria-busy')).toBe('true');
  await page.clock.fastForward(4500);
  await waitForText(page, 'This is taking longer than usual.');
  response.resolve();
  await page.getByLabel('Code from the text message').waitFor();
  expect(requests).toBe(1);
});
