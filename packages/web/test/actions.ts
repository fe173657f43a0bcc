import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import type { Site } from './site.ts';

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Opens a page through its link in the navigation. */
export const openPage = (page: Page, name: string) =>
  page.getByRole('link', { name, exact: true }).click();

export const waitForText = (page: Page, text: string) => page.getByText(text).first().waitFor();

/** Creates an account over the API, with a display name if one is given. */
export async function createAccount(site: Site, displayName?: string) {
  const phone = newPhone();
  const { accessToken: token, user } = await site.signIn(phone);
  if (displayName) await site.rest('PATCH /profile', { token, body: { displayName } });
  return { phone, token, inviteCode: user.inviteCode as string };
}

export const profileOf = async (site: Site, token: string) =>
  (await site.rest('GET /profile', { token })).body;

/** Closes all pages. Fails if one of them threw or violated the Content Security Policy. */
export async function closePages(site: Site): Promise<void> {
  await Promise.all(site.browser.contexts().map((context) => context.close()));
  expect(site.violations).toEqual([]);
}
