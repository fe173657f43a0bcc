/** Invite links, invite codes and the list of invited people. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { errorMessage } from '../../server/src/core/messages.ts';
import { newPhone } from '../../server/test/harness.ts';
import { button, closePages, createAccount, openPage, profileOf, waitForText } from './actions.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => closePages(site));
afterAll(() => site.close());

describe('an invitation', () => {
  test('leads from an invite link to the referrer’s list and survives a reload', async () => {
    const anna = await site.visit();
    await site.signInOn(anna, newPhone());
    const link = await anna.getByLabel('Your invite link').inputValue();
    const qr = anna.getByAltText(/QR code/);
    const width = () => qr.evaluate((image) => (image as unknown as Picture).naturalWidth);
    await expect.poll(width).not.toBe(0);

    const phone = newPhone();
    const boris = await site.visit(link);
    await boris.getByRole('link', { name: 'Accept invitation' }).click();
    await waitForText(boris, 'You’re invited');
    expect(boris.url()).toBe(`${site.url}/app`);
    await site.requestCode(boris, phone);
    await boris.reload();
    await boris.getByLabel('Code from the text message').fill(await site.codeFor(phone));
    await waitForText(boris, 'You activated the invite code');

    await openPage(anna, 'People');
    await waitForText(anna, '1 person');
    const list = anna.getByRole('listitem');
    expect(await list.allTextContents()).toEqual([
      expect.stringContaining(phone.replace(/(\+7)(...)(...)(..)(..)/, '$1 $2 $3 $4 $5')),
    ]);
    await anna.getByRole('img', { name: /^1 activation in the last 30 days/ }).waitFor();
  });

  test('is offered to a user who already has an account', async () => {
    const anna = await createAccount(site, 'Anna');
    const boris = await createAccount(site);
    const page = await site.visit(`/app?invite=${anna.inviteCode.toLowerCase()}`);
    site.advanceClock(60);
    await site.signInOn(page, boris.phone);
    expect(await profileOf(site, boris.token)).toMatchObject({ activatedInviteCode: null });
    await button(page, 'Activate code').click();
    await waitForText(page, `You activated the invite code ${anna.inviteCode}.`);
    expect(await profileOf(site, boris.token)).toMatchObject({
      activatedInviteCode: anna.inviteCode,
    });

    const carla = await createAccount(site);
    await page.goto(`/app?invite=${carla.inviteCode}`);
    await waitForText(page, `but you’ve already activated ${anna.inviteCode}`);
    await button(page, 'Close').click();
    await page.reload();
    await waitForText(page, 'Your invite code');
    expect(await page.getByText('You can’t change it.').count()).toBe(0);
  });

  test('deleted before the sign-up is reported, and the same one-time code works without it', async () => {
    const anna = await createAccount(site);
    const phone = newPhone();
    const page = await site.visit(`/i/${anna.inviteCode}`);
    await page.getByRole('link', { name: 'Accept invitation' }).click();
    await site.requestCode(page, phone);
    await site.rest('DELETE /referral/code', { token: anna.token });
    await page.getByLabel('Code from the text message').fill(await site.codeFor(phone));
    await waitForText(page, errorMessage('en', 'INVITE_CODE_NOT_FOUND'));
    await button(page, 'Continue without the invite code').click();
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
    await waitForText(page, 'Did someone invite you?');
  });

  test('can be activated by typing the invite code', async () => {
    const anna = await createAccount(site);
    const page = await site.visit();
    await site.signInOn(page, newPhone());
    const field = page.getByLabel('Friend’s invite code');
    const own = (await page.locator('output').textContent()) ?? '';
    for (const [code, words] of [
      ['NOBODYS', errorMessage('en', 'INVITE_CODE_NOT_FOUND')],
      [own, errorMessage('en', 'INVITE_CODE_OWN')],
      [anna.inviteCode, `You activated the invite code ${anna.inviteCode}.`],
    ] as const) {
      await field.fill(code);
      await button(page, 'Activate').click();
      await waitForText(page, words);
    }
  });
});

test('deletes an invite code and creates a custom one', async () => {
  const page = await site.visit();
  await site.signInOn(page, newPhone());
  const first = (await page.locator('output').textContent()) ?? '';
  await button(page, 'Delete code').click();
  await button(page, 'Delete').click();
  await waitForText(page, 'You don’t have an invite code.');
  const customCode = page.getByLabel('Custom code');
  await customCode.fill(first);
  await button(page, 'Create code').click();
  await waitForText(page, errorMessage('en', 'INVITE_CODE_TAKEN'));
  await customCode.fill('vera-2026');
  await page.reload();
  expect(await customCode.inputValue()).toBe('vera-2026');
  await button(page, 'Create code').click();
  await waitForText(page, 'Your invite code is VERA-2026.');
  await waitForText(page, 'Valid until');
  expect(await page.getByLabel('Your invite link').inputValue()).toBe(`${site.url}/i/VERA-2026`);
});

test('loads the list of people page by page', async () => {
  const anna = await createAccount(site);
  for (let i = 0; i < 23; i += 1) await site.signIn(newPhone(), { inviteCode: anna.inviteCode });
  const page = await site.visit('/app#people');
  site.advanceClock(60);
  await site.requestCode(page, anna.phone);
  await page.getByLabel('Code from the text message').fill(await site.codeFor(anna.phone));
  await waitForText(page, '23 people');
  await expect.poll(() => page.getByRole('listitem').count()).toBe(20);
  await button(page, 'Show more').click();
  await expect.poll(() => page.getByRole('listitem').count()).toBe(23);
  expect(await button(page, 'Show more').count()).toBe(0);
});

interface Picture {
  naturalWidth: number;
}
