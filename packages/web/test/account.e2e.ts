/** Sessions and the deletion of an account. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import { button, closePages, openPage, waitForText } from './actions.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => closePages(site));
afterAll(() => site.close());

describe('sessions', () => {
  test('are shared by tabs, which sign in and out together', async () => {
    const one = await site.visit();
    const two = await one.context().newPage();
    await two.goto('/app');
    await site.signInOn(one, newPhone());
    await two.getByRole('heading', { name: 'Invite a friend' }).waitFor();
    await openPage(two, 'Account');
    await button(two, 'Sign out').click();
    await two.getByRole('heading', { name: 'Sign in' }).waitFor();
    await one.getByRole('heading', { name: 'Sign in' }).waitFor();
    await waitForText(one, 'Your session has ended.');
  });

  test('can be ended one by one or all together', async () => {
    const phone = newPhone();
    const home = await site.visit();
    await site.signInOn(home, phone);
    site.advanceClock(60);
    const away = await site.visit('/app', { userAgent: 'Mozilla/5.0 (Android 15) Firefox/140.0' });
    await site.signInOn(away, phone);
    site.advanceClock(60);
    const third = await site.visit();
    await site.signInOn(third, phone);

    await openPage(home, 'Account');
    await button(home, 'Sign out of Firefox, Android').click();
    await waitForText(home, 'That device is signed out.');
    await openPage(away, 'People');
    await waitForText(away, 'Your session has ended. Sign in again.');

    await button(home, 'Sign out everywhere').click();
    await home.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await home.getByRole('heading', { name: 'Sign in' }).waitFor();
    await openPage(third, 'People');
    await waitForText(third, 'Your session has ended. Sign in again.');
  });
});

/** Signs in so long ago that the server asks again who the user is. */
async function signedInLongAgo() {
  const phone = newPhone();
  const page = await site.visit();
  await site.signInOn(page, phone);
  await openPage(page, 'Account');
  site.advanceClock(700);
  return { page, phone };
}

describe('after 10 minutes, a dialog asks for a code sent to the own phone', () => {
  test('before an account is deleted', async () => {
    const { page, phone } = await signedInLongAgo();
    await button(page, 'Delete my account').click();
    await button(page, 'Delete permanently').click();
    const dialog = page.getByRole('dialog', { name: 'Confirm that it’s you' });
    await dialog.getByLabel('Code from the text message').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await waitForText(page, 'Confirm that it is you with a code');
    site.advanceClock(60);

    await button(page, 'Delete permanently').click();
    const code = dialog.getByLabel('Code from the text message');
    await code.waitFor();
    await code.fill(await site.codeFor(phone));
    await waitForText(page, 'Your account has been deleted.');
  });

  test('before a session is ended', async () => {
    const { page, phone } = await signedInLongAgo();
    const away = await site.visit('/app', { userAgent: 'Mozilla/5.0 (Android 15) Firefox/140.0' });
    await site.signInOn(away, phone);
    site.advanceClock(60);
    await page.reload();
    await button(page, 'Sign out of Firefox, Android').click();
    const code = page.getByRole('dialog').getByLabel('Code from the text message');
    await code.waitFor();
    await code.fill(await site.codeFor(phone));
    await waitForText(page, 'That device is signed out.');
  });

  test('before the phone is changed, and the old one is told', async () => {
    const { page, phone } = await signedInLongAgo();
    const next = newPhone();
    await button(page, 'Change your phone').click();
    await site.requestCode(page, next);
    await page.getByLabel('Code from the text message').fill(await site.codeFor(next));
    const code = page.getByRole('dialog').getByLabel('Code from the text message');
    await code.waitFor();
    await code.fill(await site.codeFor(phone));
    await waitForText(page, 'Your phone is verified.');
    const told = () => site.outbox.findLast(({ to }) => to === phone)?.text;
    await expect.poll(told).toContain('new phone number');
  });
});

test('after 10 minutes, a dialog asks for the password if the account has no phone', async () => {
  const page = await site.visit();
  await button(page, 'Use email and password').click();
  await button(page, 'New here? Sign up').click();
  await page.getByLabel('Email').fill('vera@example.com');
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('correct horse battery staple');
  await button(page, 'Sign up').click();
  await openPage(page, 'Account');
  site.advanceClock(700);
  await button(page, 'Sign out everywhere').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await password.fill('wrong');
  await button(page, 'Confirm').click();
  await waitForText(page, 'The email or password is incorrect.');
  await password.fill('correct horse battery staple');
  await button(page, 'Confirm').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('asks for confirmation before it deletes an account', async () => {
  const phone = newPhone();
  const page = await site.visit();
  await site.signInOn(page, phone);
  await openPage(page, 'Account');
  await button(page, 'Delete my account').click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button(page, 'Delete my account').click();
  await button(page, 'Delete permanently').click();
  await waitForText(page, 'Your account has been deleted.');
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  site.advanceClock(60);
  expect(await site.signIn(phone)).toMatchObject({ isNewUser: true });
});
