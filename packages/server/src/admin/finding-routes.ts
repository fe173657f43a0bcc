import { z } from 'zod';
import { page, pageInput, readCursor } from '../core/paging.ts';
import { id, inviteCode, time } from '../core/schemas.ts';
import { RULES } from '../referral/abuse.ts';
import { listFindings } from '../referral/findings.ts';
import { rest } from '../rpc/route.ts';
import { adminProcedure } from '../rpc/trpc.ts';

const finding = z
  .object({
    id,
    at: time,
    rule: z.enum(RULES),
    reason: z.string().describe('In words'),
    refused: z.boolean().describe('Whether the activation was refused for it'),
    refereeId: id.nullable().describe('null if it was a sign-up that was refused'),
    referrerId: id,
    inviteCode,
  })
  .meta({ id: 'Finding' });

export const findingRoutes = {
  findings: adminProcedure
    .meta(
      rest('GET /admin/findings', {
        tag: 'admin',
        summary: 'What the rules against referral abuse noticed, the newest first',
        errors: ['FORBIDDEN'],
      }),
    )
    .input(
      z.object({
        ...pageInput,
        rule: z.enum(RULES).optional(),
        userId: id.optional().describe('As referrer or referee'),
      }),
    )
    .output(page(finding))
    .query(({ ctx: { deps }, input: { cursor, ...which } }) =>
      listFindings(deps, { ...which, cursor: readCursor(cursor) }),
    ),
};
