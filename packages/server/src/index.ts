export type { ErrorData, Reason } from './errors.ts';
export type { AppRouter } from './router.ts';
