import { adminRouter } from '../admin/routes.ts';
import { authRouter } from '../auth/routes.ts';
import { profileRouter } from '../profile/routes.ts';
import { referralRouter } from '../referral/routes.ts';
import { router } from '../rpc/trpc.ts';

/** All procedures. tRPC, REST, the OpenAPI document and the SDK are derived from this router. */
export const appRouter = router({
  auth: authRouter,
  profile: profileRouter,
  referral: referralRouter,
  admin: adminRouter,
});

export type AppRouter = typeof appRouter;
