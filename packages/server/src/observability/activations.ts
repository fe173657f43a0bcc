import { z } from 'zod';
import type { Metrics } from './port.ts';

const session = z.object({
  isNewUser: z.literal(true),
  user: z.object({ activatedInviteCode: z.string() }),
});

/** Counted by the answer, for only then is it committed: a transaction may run more than once. */
export function countActivation(metrics: Metrics, procedure: string, answer: unknown): void {
  if (procedure === 'referral.activate')
    metrics.count('invitree_activations_total', { at: 'signed_in' });
  else if (procedure.startsWith('auth.') && session.safeParse(answer).success)
    metrics.count('invitree_activations_total', { at: 'sign_up' });
}
