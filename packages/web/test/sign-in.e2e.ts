/** Sign-in by one-time code and by password. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { errorMessage, issueMessage } from '../../server/src/core/messages.ts';
import { newPhone } from '../../server/test/harness.ts';
import { button, closePages, createAccount, openPage, waitForText } from './actions.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => closePages(site));
afterAll(() => site.close());

describe('a one-time code', () => {
  test('can be pasted with its whole message after a wrong guess', async () => {
    const phone = newPhone();
    const page = await site.visit();
    await site.requestCode(page, phone);
    const code = await site.codeFor(phone);
    const field = page.getByLabel('Code from the text message');
    await field.fill(code.startsWith('0') ? '1111' : '0000');
    await waitForText(page, errorMessage('en', 'CODE_WRONG', { attemptsLeft: 4 }));
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(`Your sign-in code: ${code}.`);
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  });

  test('that has expired is reported, and a new one can be requested after the wait', async () => {
    const phone = newPhone();
    const page = await site.visit();
    await page.clock.install();
    await site.requestCode(page, phone);
    const again = page.getByRole('button', { name: /^New code in [01]:\d\d$/ });
    await again.waitFor();
    expect(await again.getAttribute('aria-disabled')).toBe('true');
    const late = await site.codeFor(phone);
    site.advanceClock(301);
    await page.clock.fastForward(301_000);
    await waitForText(page, 'This code has expired. Request a new one.');
    await page.getByLabel('Code from the text message').fill(late);
    await waitForText(page, errorMessage('en', 'CODE_EXPIRED'));
    await button(page, 'Send a new code').click();
    await waitForText(page, 'We texted you a new code.');
    await page.getByLabel('Code from the text message').fill(await site.codeFor(phone));
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  });

  test('requested elsewhere a moment ago can be entered here', async () => {
    const phone = newPhone();
    await site.rest('POST /auth/code', { body: { phone } });
    const page = await site.visit();
    await page.getByLabel('Phone number').fill(phone);
    await button(page, 'Text me a code').click();
    await waitForText(page, 'Too many requests. Try again in');
    await button(page, 'I already have a code').click();
    await page.getByLabel('Code from the text message').fill(await site.codeFor(phone));
    await button(page, 'Continue').click();
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  });
});

test('groups the phone while it is typed, shows its country, and needs only the keyboard', async () => {
  const page = await site.visit();
  const field = page.getByLabel('Phone number');
  await field.pressSequentially('89991234567');
  expect(await field.inputValue()).toBe('8 999 123 45 67');
  await waitForText(page, 'Russia');
  await field.fill('');
  await field.pressSequentially('+491512345');
  expect(await field.inputValue()).toBe('+49 1512 345');
  await waitForText(page, 'Germany');
  for (const key of ['ArrowLeft', 'ArrowLeft', 'Backspace', '7']) await field.press(key);
  expect(await field.inputValue()).toBe('+49 1512 745');
  await field.press('8');
  expect(await field.inputValue()).toBe('+49 1512 7845');

  const phone = newPhone();
  await field.fill(phone);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator(':focus[autocomplete="one-time-code"]').waitFor();
  await page.keyboard.type(await site.codeFor(phone));
  await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Invite a friend');
});

test('signs up by email with an invitation, rejects a wrong password, and signs in again', async () => {
  const anna = await createAccount(site, 'Anna');
  const page = await site.visit(`/app?invite=${anna.inviteCode}`);
  await button(page, 'Use email and password').click();
  await button(page, 'New here? Sign up').click();
  await page.getByLabel('Email').fill('vera@example.com');
  await page.getByLabel('Name').fill('Vera');
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('password');
  await button(page, 'Sign up').click();
  await waitForText(page, issueMessage('en', 'PASSWORD_COMMON'));
  await password.fill('correct horse battery staple');
  await button(page, 'Sign up').click();
  await waitForText(page, `You activated the invite code ${anna.inviteCode}.`);
  await openPage(page, 'Account');
  expect(await page.getByLabel('Name').inputValue()).toBe('Vera');

  await button(page, 'Add a phone').click();
  const phone = newPhone();
  await site.requestCode(page, phone);
  await page.getByLabel('Code from the text message').fill(await site.codeFor(phone));
  await waitForText(page, 'Your phone is verified.');

  await button(page, 'Sign out').click();
  await button(page, 'Use email and password').click();
  await page.getByLabel('Email').fill('vera@example.com');
  await password.fill('incorrect horse');
  await button(page, 'Sign in').click();
  await waitForText(page, errorMessage('en', 'CREDENTIALS_WRONG'));
  await password.fill('correct horse battery staple');
  await button(page, 'Sign in').click();
  await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
});

test('speaks Russian, server messages included, and fits the narrowest screen', async () => {
  const viewport = { width: 320, height: 640 };
  const page = await site.visit('/app', { locale: 'ru-RU', viewport });
  const field = page.getByLabel('Номер телефона');
  await page.getByRole('heading', { name: 'Вход' }).waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('ru');
  await field.fill('+7 1');
  await page.getByRole('button', { name: 'Получить код' }).click();
  await waitForText(page, errorMessage('ru', 'PHONE_INVALID'));
  const phone = newPhone();
  await field.fill(phone);
  await page.getByRole('button', { name: 'Получить код' }).click();
  await page.getByLabel('Код из SMS').fill(await site.codeFor(phone));
  for (const [link, heading] of [
    ['Пригласить', 'Пригласите друга'],
    ['Люди', 'Кого вы пригласили'],
    ['Аккаунт', 'Аккаунт'],
  ] as const) {
    await openPage(page, link);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    for (const element of ['document.documentElement', 'document.querySelector("nav")'])
      expect(await page.evaluate(`${element}.scrollWidth - ${element}.clientWidth`)).toBe(0);
  }
});
