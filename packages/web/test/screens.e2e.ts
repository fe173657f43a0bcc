/** Every page fits its width and passes axe, on small and large screens, light and dark. */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import { openSite, type Site } from './site.ts';

/** A folder for screenshots, if set. */
const { SCREENSHOTS } = process.env;

const DEVICES = {
  small: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
} as const;

/** Seconds */
const DAY = 86_400;

let site: Site;
let axe: string;
beforeAll(async () => {
  site = await openSite();
  axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });
});
afterAll(async () => {
  const { violations } = site;
  await site.close();
  expect(violations).toEqual([]);
});

describe.each(Object.keys(DEVICES) as (keyof typeof DEVICES)[])('%s', (device) => {
  test.each(['light', 'dark'] as const)('%s', async (colorScheme) => {
    const phone = newPhone();
    const inviter = newPhone();
    const { accessToken: token, user } = await site.signIn(inviter);
    await site.rest('PATCH /profile', { token, body: { displayName: 'Anna Petrova' } });
    site.advanceClock(-3 * DAY);
    for (let days = 3; days > 0; days -= 1) {
      await site.signIn(newPhone(), { inviteCode: user.inviteCode });
      site.advanceClock(DAY);
    }
    const page = await site.visit(`/app?invite=${user.inviteCode}`, {
      ...DEVICES[device],
      colorScheme,
    });
    const checkScreen = (name: string) => check(page, `${name}-${device}-${colorScheme}`);

    await page.getByText('Anna Petrova invited you').waitFor();
    await checkScreen('sign-in');
    await page.getByLabel('Phone number').fill('+7 1');
    await page.getByRole('button', { name: 'Text me a code' }).click();
    await page.getByText('This is not a valid phone number.').waitFor();
    await checkScreen('phone-wrong');
    await site.requestCode(page, phone);
    await page
      .getByLabel('Code from the text message')
      .fill((await otherDigit(site, phone)).repeat(4));
    await page.getByText('The code is wrong. You have 4 attempts left.').waitFor();
    await checkScreen('code-wrong');
    await page.getByRole('button', { name: 'Use another number' }).click();
    await page.getByRole('button', { name: 'Use email and password' }).click();
    await checkScreen('email');
    await page.getByRole('button', { name: 'New here? Sign up' }).click();
    await checkScreen('email-sign-up');
    await page.getByRole('button', { name: 'Use your phone' }).click();

    site.advanceClock(60);
    await site.signInOn(page, phone);
    await page.getByAltText(/QR code/).waitFor();
    await checkScreen('invite');
    await page.getByRole('button', { name: 'Delete code' }).click();
    await checkScreen('delete-code');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'Create an invite code' }).waitFor();
    await checkScreen('create-code');

    await page.getByRole('link', { name: 'People' }).click();
    await page.getByText('You haven’t invited anyone yet.').waitFor();
    await checkScreen('people-none');
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByText('this device').waitFor();
    await checkScreen('account');

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await site.signInOn(page, inviter);
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByText('4 people', { exact: true }).waitFor();
    await page.getByRole('listitem').nth(3).waitFor();
    await checkScreen('people');
    await page.context().close();
  });
});

/** Returns a digit that makes a wrong code when repeated. */
async function otherDigit(site: Site, phone: string): Promise<string> {
  return (await site.codeFor(phone)).startsWith('0') ? '1' : '0';
}

async function check(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
  const { width } = page.viewportSize() ?? { width: 0 };
  const wide = await page.evaluate('document.documentElement.scrollWidth');
  expect(wide, name).toBeLessThanOrEqual(width);
  await page.evaluate(axe);
  const found = (await page.evaluate(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
  )) as string[][];
  expect(found, name).toEqual([]);
}
