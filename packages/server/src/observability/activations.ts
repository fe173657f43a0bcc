import { z } from 'zod';
import type { Metrics } from './port.ts';

const signUpByInvitation = z.object({
  isNewUser: z.literal(true),
  user: z.object({ activatedInviteCode: z.string() }),
});

/**
 * Counts the activation that a procedure's output reports, if any. The rules themselves do not count:
 * their transaction may run more than once, and only the output proves that it was committed.
 */
export function countActivation(metrics: Metrics, procedure: string, output: unknown): void {
  if (procedure === 'referral.activate')
    metrics.count('invitree_activations_total', { at: 'signed_in' });
  else if (procedure.startsWith('auth.') && signUpByInvitation.safeParse(output).success)
    metrics.count('invitree_activations_total', { at: 'sign_up' });
}
