import { htmlEscape } from 'escape-goat';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../core/errors.ts';
import { chooseLocale, errorMessage, type Locale } from '../../core/messages.ts';
import type { Deps } from '../../deps.ts';
import { type CheckedInviteCode, checkInviteCode } from '../../referral/check-invite-code.ts';
import { publicUrl } from '../../rpc/context.ts';
import { limitAddress } from '../../rpc/rate-limits.ts';

/**
 * Serves /i/{code}, the page behind an invite link. It needs no script, and its Open Graph tags
 * give messengers a preview.
 */
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
  /** The invite code, if it can be activated. */
  inviteCode?: string;
}

async function findPage(
  deps: Deps,
  { ip, params }: FastifyRequest<{ Params: { code: string } }>,
  locale: Locale,
): Promise<Page & { status: number; retryAfter?: number | undefined }> {
  try {
    await limitAddress(deps, 'referral.checkCode', ip);
    const checked = await checkInviteCode(deps, params.code);
    const texts = TEXTS[locale];
    if (checked.valid) return { status: 200, inviteCode: checked.code, ...texts.invited(checked) };
    // 410 Gone: the invitation did exist (RFC 9110, section 15.5.11).
    return checked.expiresAt
      ? { status: 410, ...texts.expired }
      : { status: 404, ...texts.unknown };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { reason, data } = error;
    const status = reason === 'RATE_LIMITED' ? 429 : 503;
    const { title } = TEXTS[locale].unavailable;
    return { status, retryAfter: data.retryAfter, title, text: errorMessage(locale, reason, data) };
  }
}

/** Escapes every value: display names are user input. */
function render({ title, text, inviteCode }: Page, locale: Locale, origin: string): string {
  const { accept, continueWithout } = TEXTS[locale];
  const href = inviteCode ? `/app?invite=${encodeURIComponent(inviteCode)}` : '/app';
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
  const link = inviteCode
    ? htmlEscape`\n    <meta property="og:url" content="${`${origin}/i/${inviteCode}`}" />`
    : '';
  const body = htmlEscape`
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>`;
  const output = inviteCode ? htmlEscape`\n      <output>${inviteCode}</output>` : '';
  const button = htmlEscape`
      <a href="${href}">${inviteCode ? accept : continueWithout}</a>
    </main>
  </body>
</html>
`;
  return head + link + body + output + button;
}

interface Texts {
  invited(checked: CheckedInviteCode): Page;
  expired: Page;
  unknown: Page;
  unavailable: { title: string };
  accept: string;
  continueWithout: string;
}

const day = (locale: Locale, date: Date) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date);

const TEXTS: Record<Locale, Texts> = {
  en: {
    invited: ({ referrerName, expiresAt }) => ({
      title: referrerName ? `${referrerName} invited you` : 'You’re invited',
      text: `Sign up, and we’ll activate this invite code for you.${
        expiresAt ? ` It expires on ${day('en', expiresAt)} (UTC).` : ''
      }`,
    }),
    expired: {
      title: 'This invitation has expired',
      text: 'Ask your friend for a new link, or continue without one.',
    },
    unknown: {
      title: 'We can’t find this invitation',
      text: 'The link may be incomplete, or its code was deleted. Ask your friend for a new link, or continue without one.',
    },
    unavailable: { title: 'Try again soon' },
    accept: 'Accept invitation',
    continueWithout: 'Continue',
  },
  ru: {
    invited: ({ referrerName, expiresAt }) => ({
      title: referrerName ? `${referrerName} приглашает вас` : 'Вас пригласили',
      text: `Зарегистрируйтесь, и мы активируем для вас этот код приглашения.${
        expiresAt ? ` Он действует до ${day('ru', expiresAt)} (UTC).` : ''
      }`,
    }),
    expired: {
      title: 'Срок приглашения истёк',
      text: 'Попросите у друга новую ссылку или продолжите без неё.',
    },
    unknown: {
      title: 'Приглашение не найдено',
      text: 'Возможно, ссылка неполная или код удалён. Попросите у друга новую ссылку или продолжите без неё.',
    },
    unavailable: { title: 'Попробуйте чуть позже' },
    accept: 'Принять приглашение',
    continueWithout: 'Продолжить',
  },
};
