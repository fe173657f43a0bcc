export type { ErrorData, Reason } from './core/errors.ts';
export type { AppRouter } from './http/router.ts';
