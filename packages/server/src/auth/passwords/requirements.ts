import { z } from 'zod';
import { checkInput } from '../../core/errors.ts';

/**
 * Rejects a password that is easy to guess.
 * @throws DomainError INPUT_INVALID, with an issue at `password`
 */
export async function rejectCommonPassword(
  password: string,
  about: { email?: string | null | undefined; displayName?: string | null | undefined },
): Promise<void> {
  // Loaded on first use: the list takes 13 MB, and many services sign in by phone only.
  const { isCommonPassword } = await import('./common.ts');
  const uncommon = z.string().refine((text) => !isCommonPassword(text, about), {
    params: { name: 'PASSWORD_COMMON' },
  });
  checkInput(z.object({ password: uncommon }), { password });
}
