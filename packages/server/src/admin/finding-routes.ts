import { z } from 'zod';
import { page, pageInput, readCursor } from '../core/paging.ts';
import { id, inviteCode, time } from '../core/schemas.ts';
import { ABUSE_RULES } from '../referral/abuse-rules.ts';
import { listFindings } from '../referral/findings.ts';
import { rest } from '../rpc/route.ts';
import { adminProcedure } from '../rpc/trpc.ts';

const finding = z
  .object({
    id,
    at: time,
    rule: z.enum(ABUSE_RULES),
    reason: z.string().describe('Why the rule matched, in English'),
    refused: z.boolean().describe('true if the activation was refused'),
    refereeId: id.nullable().describe('null if a sign-up was refused'),
    referrerId: id,
    inviteCode,
  })
  .meta({ id: 'Finding' });

export const findingRoutes = {
  findings: adminProcedure
    .meta(
      rest('GET /admin/findings', {
        tag: 'admin',
        summary: 'List referral abuse findings',
        description: 'Newest first.',
      }),
    )
    .input(
      z.object({
        ...pageInput,
        rule: z.enum(ABUSE_RULES).optional(),
        userId: id.optional().describe('The referrer or the referee'),
      }),
    )
    .output(page(finding))
    .query(({ ctx: { deps }, input: { cursor, ...which } }) =>
      listFindings(deps, { ...which, cursor: readCursor(cursor) }),
    ),
};
