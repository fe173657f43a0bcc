/** What people do on the pages, in Chromium against the listening server. */
import { globSync, statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import { openSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(async () => {
  await Promise.all(site.browser.contexts().map((context) => context.close()));
  expect(site.complaints).toEqual([]);
});
afterAll(() => site.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const open = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
const seen = (page: Page, text: string) => page.getByText(text).first().waitFor();

/** An account made over the API, with a name if one is given. */
async function account(displayName?: string) {
  const phone = newPhone();
  const session = await site.signIn(phone);
  if (displayName)
    await site.rest('PATCH /profile', { token: session.accessToken, body: { displayName } });
  return { phone, token: session.accessToken, inviteCode: session.user.inviteCode as string };
}

const profileOf = async (token: string) => (await site.rest('GET /profile', { token })).body;

describe('an invitation', () => {
  test('from one person’s link to the other one’s list, over a reload on the way', async () => {
    const anna = await site.visit();
    await site.signInOn(anna, newPhone());
    const link = await anna.getByLabel('Your invite link').inputValue();
    const qr = anna.getByAltText(/QR code/);
    const width = () => qr.evaluate((image) => (image as unknown as Picture).naturalWidth);
    await expect.poll(width).not.toBe(0);

    const phone = newPhone();
    const boris = await site.visit(link);
    await boris.getByRole('link', { name: 'Accept the invitation' }).click();
    await seen(boris, 'You are invited');
    expect(boris.url()).toBe(`${site.url}/app`);
    await site.askForCode(boris, phone);
    await boris.reload();
    await boris.getByLabel('Code from the SMS').fill(await site.codeFor(phone));
    await seen(boris, 'You have activated the invite code');

    await open(anna, 'People');
    await seen(anna, '1 person');
    const list = anna.getByRole('listitem');
    expect(await list.allTextContents()).toEqual([
      expect.stringContaining(phone.replace(/(\+7)(...)(...)(..)(..)/, '$1 $2 $3 $4 $5')),
    ]);
    await anna.getByRole('img', { name: /^1 activation in the last 30 days/ }).waitFor();
  });

  test('to someone who has an account is theirs to accept', async () => {
    const anna = await account('Anna');
    const boris = await account();
    const page = await site.visit(`/app?invite=${anna.inviteCode.toLowerCase()}`);
    site.wait(60);
    await site.signInOn(page, boris.phone);
    expect(await profileOf(boris.token)).toMatchObject({ activatedInviteCode: null });
    await button(page, 'Activate it').click();
    await seen(page, `You have activated the invite code ${anna.inviteCode}.`);
    expect(await profileOf(boris.token)).toMatchObject({ activatedInviteCode: anna.inviteCode });

    const carla = await account();
    await page.goto(`/app?invite=${carla.inviteCode}`);
    await seen(page, `but have activated ${anna.inviteCode} already`);
    await button(page, 'Close').click();
    await page.reload();
    await seen(page, 'Your invite code');
    expect(await page.getByText('That cannot be changed').count()).toBe(0);
  });

  test('that ends before the sign-up is said to, and can be left behind with the same code', async () => {
    const anna = await account();
    const phone = newPhone();
    const page = await site.visit(`/i/${anna.inviteCode}`);
    await page.getByRole('link', { name: 'Accept the invitation' }).click();
    await site.askForCode(page, phone);
    await site.rest('DELETE /referral/code', { token: anna.token });
    await page.getByLabel('Code from the SMS').fill(await site.codeFor(phone));
    await seen(page, 'There is no such invite code, or its owner deleted it.');
    await button(page, 'Go on without the invite code').click();
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
    await seen(page, 'Were you invited?');
  });

  test('code typed by hand: unknown, own, then right', async () => {
    const anna = await account();
    const page = await site.visit();
    await site.signInOn(page, newPhone());
    const field = page.getByLabel('Invite code of a friend');
    const own = (await page.locator('output').textContent()) ?? '';
    for (const [code, words] of [
      ['NOBODYS', 'There is no such invite code'],
      [own, 'You cannot activate your own invite code.'],
      [anna.inviteCode, `You have activated the invite code ${anna.inviteCode}.`],
    ] as const) {
      await field.fill(code);
      await button(page, 'Activate').click();
      await seen(page, words);
    }
  });
});

describe('the code', () => {
  test('wrong, then pasted with the words around it', async () => {
    const phone = newPhone();
    const page = await site.visit();
    await site.askForCode(page, phone);
    const code = await site.codeFor(phone);
    const field = page.getByLabel('Code from the SMS');
    await field.fill(code.startsWith('0') ? '1111' : '0000');
    await seen(page, 'The code is wrong, 4 tries left.');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(`Your sign-in code: ${code}.`);
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  });

  test('expired: said so, and a new one can be asked for once the time has come', async () => {
    const phone = newPhone();
    const page = await site.visit();
    await page.clock.install();
    await site.askForCode(page, phone);
    const again = page.getByRole('button', { name: /^New code in [01]:\d\d$/ });
    await again.waitFor();
    expect(await again.getAttribute('aria-disabled')).toBe('true');
    const late = await site.codeFor(phone);
    site.wait(301);
    await page.clock.fastForward(301_000);
    await seen(page, 'The code has expired. Ask for a new one.');
    await page.getByLabel('Code from the SMS').fill(late);
    await seen(page, 'There is no valid code for this phone. Ask for a new one.');
    await button(page, 'Send a new code').click();
    await seen(page, 'A new code is on its way.');
    await page.getByLabel('Code from the SMS').fill(await site.codeFor(phone));
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  });

  test('asked for elsewhere a moment ago: entered all the same', async () => {
    const phone = newPhone();
    await site.rest('POST /auth/code', { body: { phone } });
    const page = await site.visit();
    await page.getByLabel('Phone number').fill(phone);
    await button(page, 'Send me a code').click();
    await seen(page, 'Too many requests. Try again in');
    await button(page, 'I have a code already').click();
    await page.getByLabel('Code from the SMS').fill(await site.codeFor(phone));
    await button(page, 'Sign in').click();
    await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
  });
});

test('the phone is grouped while it is typed, with its country, by keys alone', async () => {
  const page = await site.visit();
  const field = page.getByLabel('Phone number');
  await field.pressSequentially('89991234567');
  expect(await field.inputValue()).toBe('8 999 123 45 67');
  await seen(page, 'Russia');
  await field.fill('');
  await field.pressSequentially('+491512345');
  expect(await field.inputValue()).toBe('+49 1512 345');
  await seen(page, 'Germany');
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

test('offline nothing is lost, and it goes on when the network is back', async () => {
  const page = await site.visit();
  await site.signInOn(page, newPhone());
  await open(page, 'Account');
  await page.getByLabel('Name').fill('Vera');
  await page.context().setOffline(true);
  await seen(page, 'You are offline.');
  await button(page, 'Save').click();
  await seen(page, 'The server could not be reached.');
  await page.context().setOffline(false);
  await page.getByText('You are offline.').waitFor({ state: 'detached' });
  await page.reload();
  expect(await page.getByLabel('Name').inputValue()).toBe('Vera');
  await button(page, 'Save').click();
  await seen(page, 'Saved');
});

test('opened while the server is out of reach, the page waits for it', async () => {
  const page = await site.visit();
  await page.route('**/trpc/**', (route) => route.abort());
  await page.reload();
  await seen(page, 'The server cannot be reached');
  await page.unroute('**/trpc/**');
  await button(page, 'Try again').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('a slow server is waited for in sight, and asked once', async () => {
  const page = await site.visit();
  await page.clock.install();
  const answer = Promise.withResolvers<void>();
  let requests = 0;
  await page.route('**/trpc/auth.requestCode**', async (route) => {
    requests += 1;
    await answer.promise;
    await route.continue();
  });
  await page.getByLabel('Phone number').fill(newPhone());
  const send = button(page, 'Send me a code');
  await send.click();
  await send.click({ force: true });
  expect(await send.getAttribute('aria-busy')).toBe('true');
  await page.clock.fastForward(4500);
  await seen(page, 'The server is taking its time.');
  answer.resolve();
  await page.getByLabel('Code from the SMS').waitFor();
  expect(requests).toBe(1);
});

describe('sessions', () => {
  test('two tabs have one: in and out together', async () => {
    const one = await site.visit();
    const two = await one.context().newPage();
    await two.goto('/app');
    await site.signInOn(one, newPhone());
    await two.getByRole('heading', { name: 'Invite a friend' }).waitFor();
    await open(two, 'Account');
    await button(two, 'Sign out').click();
    await two.getByRole('heading', { name: 'Sign in' }).waitFor();
    await one.getByRole('heading', { name: 'Sign in' }).waitFor();
    await seen(one, 'Your session has ended.');
  });

  test('ended one by one, and everywhere', async () => {
    const phone = newPhone();
    const home = await site.visit();
    await site.signInOn(home, phone);
    site.wait(60);
    const away = await site.visit('/app', { userAgent: 'Mozilla/5.0 (Android 15) Firefox/140.0' });
    await site.signInOn(away, phone);
    site.wait(60);
    const third = await site.visit();
    await site.signInOn(third, phone);

    await open(home, 'Account');
    await button(home, 'End the session: Firefox, Android').click();
    await seen(home, 'The session is ended.');
    await open(away, 'People');
    await seen(away, 'Your session has ended. Sign in again.');

    await button(home, 'Sign out everywhere').click();
    await home.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await home.getByRole('heading', { name: 'Sign in' }).waitFor();
    await open(third, 'People');
    await seen(third, 'Your session has ended. Sign in again.');
  });
});

test('deleting the account asks first, and forgets it', async () => {
  const phone = newPhone();
  const page = await site.visit();
  await site.signInOn(page, phone);
  await open(page, 'Account');
  await button(page, 'Delete my account').click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button(page, 'Delete my account').click();
  await button(page, 'Delete for good').click();
  await seen(page, 'Your account is deleted.');
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  site.wait(60);
  expect(await site.signIn(phone)).toMatchObject({ isNewUser: true });
});

test('an invite code of one’s own wording, taken, made and deleted', async () => {
  const page = await site.visit();
  await site.signInOn(page, newPhone());
  const first = (await page.locator('output').textContent()) ?? '';
  await button(page, 'Delete this code').click();
  await button(page, 'Delete it').click();
  await seen(page, 'You have no invite code now.');
  const wording = page.getByLabel('Own wording');
  await wording.fill(first);
  await button(page, 'Make the code').click();
  await seen(page, 'This invite code is taken.');
  await wording.fill('vera-2026');
  await page.reload();
  expect(await wording.inputValue()).toBe('vera-2026');
  await button(page, 'Make the code').click();
  await seen(page, 'Your invite code is VERA-2026.');
  await seen(page, 'Valid until');
  expect(await page.getByLabel('Your invite link').inputValue()).toBe(`${site.url}/i/VERA-2026`);
});

test('people come in pages', async () => {
  const anna = await account();
  for (let i = 0; i < 23; i += 1) await site.signIn(newPhone(), { inviteCode: anna.inviteCode });
  const page = await site.visit('/app#people');
  site.wait(60);
  await site.askForCode(page, anna.phone);
  await page.getByLabel('Code from the SMS').fill(await site.codeFor(anna.phone));
  await seen(page, '23 people');
  await expect.poll(() => page.getByRole('listitem').count()).toBe(20);
  await button(page, 'Show more').click();
  await expect.poll(() => page.getByRole('listitem').count()).toBe(23);
  expect(await button(page, 'Show more').count()).toBe(0);
});

test('email and password: up with an invitation, out, wrong, in', async () => {
  const anna = await account('Anna');
  const page = await site.visit(`/app?invite=${anna.inviteCode}`);
  await button(page, 'Use email and password').click();
  await button(page, 'New here? Sign up').click();
  await page.getByLabel('Email').fill('vera@example.com');
  await page.getByLabel('Name').fill('Vera');
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('password');
  await button(page, 'Sign up').click();
  await seen(page, 'This password is among the first that are guessed.');
  await password.fill('correct horse battery staple');
  await button(page, 'Sign up').click();
  await seen(page, `You have activated the invite code ${anna.inviteCode}.`);
  await open(page, 'Account');
  expect(await page.getByLabel('Name').inputValue()).toBe('Vera');

  await button(page, 'Add a phone').click();
  const phone = newPhone();
  await site.askForCode(page, phone);
  await page.getByLabel('Code from the SMS').fill(await site.codeFor(phone));
  await seen(page, 'The phone is verified.');

  await button(page, 'Sign out').click();
  await button(page, 'Use email and password').click();
  await page.getByLabel('Email').fill('vera@example.com');
  await password.fill('incorrect horse');
  await button(page, 'Sign in').click();
  await seen(page, 'The email or the password is wrong.');
  await password.fill('correct horse battery staple');
  await button(page, 'Sign in').click();
  await page.getByRole('heading', { name: 'Invite a friend' }).waitFor();
});

test('in Russian, the server’s words too, on the narrowest screen', async () => {
  const viewport = { width: 320, height: 640 };
  const page = await site.visit('/app', { locale: 'ru-RU', viewport });
  const field = page.getByLabel('Номер телефона');
  await page.getByRole('heading', { name: 'Вход' }).waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('ru');
  await field.fill('+7 1');
  await page.getByRole('button', { name: 'Получить код' }).click();
  await seen(page, 'Это не похоже на номер телефона.');
  const phone = newPhone();
  await field.fill(phone);
  await page.getByRole('button', { name: 'Получить код' }).click();
  await page.getByLabel('Код из SMS').fill(await site.codeFor(phone));
  for (const [link, heading] of [
    ['Пригласить', 'Пригласите друга'],
    ['Люди', 'Кого вы пригласили'],
    ['Аккаунт', 'Аккаунт'],
  ] as const) {
    await open(page, link);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    for (const element of ['document.documentElement', 'document.querySelector("nav")'])
      expect(await page.evaluate(`${element}.scrollWidth - ${element}.clientWidth`)).toBe(0);
  }
});

test('all script together is under 40 kB, gzipped', () => {
  const sizes = globSync(`${import.meta.dirname}/../dist/**/*.js.gz`).map(
    (file) => statSync(file).size,
  );
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(40_000);
});

interface Picture {
  naturalWidth: number;
}
