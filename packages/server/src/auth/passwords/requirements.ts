import { z } from 'zod';
import { checkInput } from '../../core/errors.ts';

/**
 * Refuses a password that anyone would guess.
 * @throws DomainError INPUT_INVALID, with an issue at `password`
 */
export async function refuseCommonPassword(
  password: string,
  about: { email?: string | null | undefined; displayName?: string | null | undefined },
): Promise<void> {
  // Not before somebody has a password: loading the list takes 13 MB, and many apps know phones alone.
  const { isCommonPassword } = await import('./common.ts');
  const uncommon = z.string().refine((text) => !isCommonPassword(text, about), {
    params: { name: 'PASSWORD_COMMON' },
  });
  checkInput(z.object({ password: uncommon }), { password });
}
