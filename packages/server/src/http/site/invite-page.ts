import { htmlEscape } from 'escape-goat';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../core/errors.ts';
import { chooseLocale, errorMessage, type Locale } from '../../core/messages.ts';
import type { Deps } from '../../deps.ts';
import { type CheckedInviteCode, checkCode } from '../../referral/check-invite-code.ts';
import { publicUrl } from '../../rpc/context.ts';
import { limitAddress } from '../../rpc/rate-limits.ts';

/** Where an invite link leads: one light page, which needs no script and shows well where links are shared. */
export function serveInvitePage(app: FastifyInstance, deps: Deps): void {
  app.get<{ Params: { code: string } }>('/i/:code', async (request, reply) => {
    const locale = chooseLocale(request.headers['accept-language']);
    const { status, retryAfter, ...page } = await findPage(deps, request, locale);
    if (retryAfter) reply.header('retry-after', retryAfter);
    return reply
      .code(status)
      .headers({ 'cache-control': 'no-cache', 'content-language': locale, vary: 'accept-language' })
      .type('text/html; charset=utf-8')
      .send(render(page, locale, publicUrl(deps, request)));
  });
}

interface Page {
  title: string;
  text: string;
  /** An invitation that can be accepted */
  code?: string;
}

async function findPage(
  deps: Deps,
  { ip, params }: FastifyRequest<{ Params: { code: string } }>,
  locale: Locale,
): Promise<Page & { status: number; retryAfter?: number | undefined }> {
  try {
    await limitAddress(deps, 'referral.checkCode', ip);
    const checked = await checkCode(deps, params.code);
    const words = WORDS[locale];
    if (checked.valid) return { status: 200, code: checked.code, ...words.invited(checked) };
    // 410 Gone: there was one (RFC 9110, 15.5.11).
    return checked.expiresAt
      ? { status: 410, ...words.expired }
      : { status: 404, ...words.unknown };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { reason, data } = error;
    const status = reason === 'RATE_LIMITED' ? 429 : 503;
    const { title } = WORDS[locale].later;
    return { status, retryAfter: data.retryAfter, title, text: errorMessage(locale, reason, data) };
  }
}

/** Whatever goes in is escaped: names are what people chose to write. */
function render({ title, text, code }: Page, locale: Locale, origin: string): string {
  const { accept, goOn } = WORDS[locale];
  const href = code ? `/app?invite=${encodeURIComponent(code)}` : '/app';
  const head = htmlEscape`<!doctype html>
<html lang="${locale}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    <meta name="description" content="${text}" />
    <meta property="og:type" content="website" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${text}" />
    <meta property="og:locale" content="${locale === 'ru' ? 'ru_RU' : 'en_US'}" />
    <meta name="twitter:card" content="summary" />
    <link rel="icon" type="image/svg+xml" href="/icon.svg" />
    <link rel="stylesheet" href="/invite.css" />`;
  const link = code
    ? htmlEscape`\n    <meta property="og:url" content="${`${origin}/i/${code}`}" />`
    : '';
  const body = htmlEscape`
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>`;
  const shown = code ? htmlEscape`\n      <output>${code}</output>` : '';
  const button = htmlEscape`
      <a href="${href}">${code ? accept : goOn}</a>
    </main>
  </body>
</html>
`;
  return head + link + body + shown + button;
}

interface Words {
  invited(checked: CheckedInviteCode): Page;
  expired: Page;
  unknown: Page;
  later: { title: string };
  accept: string;
  goOn: string;
}

const day = (locale: Locale, date: Date) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date);

const WORDS: Record<Locale, Words> = {
  en: {
    invited: ({ referrerName, expiresAt }) => ({
      title: referrerName ? `${referrerName} invites you` : 'You are invited',
      text: `Sign in with your phone, and the invite code is activated for you.${
        expiresAt ? ` It is valid until ${day('en', expiresAt)} (UTC).` : ''
      }`,
    }),
    expired: {
      title: 'This invitation has expired',
      text: 'Ask for a new link, or go on without one.',
    },
    unknown: {
      title: 'There is no such invitation',
      text: 'The link may be incomplete, or its owner deleted the code. Ask for a new one, or go on without.',
    },
    later: { title: 'One moment' },
    accept: 'Accept the invitation',
    goOn: 'Go on',
  },
  ru: {
    invited: ({ referrerName, expiresAt }) => ({
      title: referrerName ? `${referrerName} приглашает вас` : 'Вас пригласили',
      text: `Войдите по номеру телефона, и код приглашения активируется сам.${
        expiresAt ? ` Он действует до ${day('ru', expiresAt)} (UTC).` : ''
      }`,
    }),
    expired: {
      title: 'Срок приглашения истёк',
      text: 'Попросите новую ссылку или продолжите без неё.',
    },
    unknown: {
      title: 'Такого приглашения нет',
      text: 'Возможно, ссылка неполная или владелец удалил код. Попросите новую или продолжите без неё.',
    },
    later: { title: 'Минуту' },
    accept: 'Принять приглашение',
    goOn: 'Продолжить',
  },
};
