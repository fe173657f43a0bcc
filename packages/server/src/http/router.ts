import { adminRouter } from '../admin/routes.ts';
import { authRouter } from '../auth/routes.ts';
import { profileRouter } from '../profile/routes.ts';
import { referralRouter } from '../referral/routes.ts';
import { router } from '../rpc/trpc.ts';

export const appRouter = router({
  auth: authRouter,
  profile: profileRouter,
  referral: referralRouter,
  admin: adminRouter,
});

export type AppRouter = typeof appRouter;
