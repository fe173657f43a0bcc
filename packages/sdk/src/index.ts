export type { CallOptions, Page, PageInput, Pages } from './call.ts';
export { type Client, createClient } from './client.ts';
export {
  type ErrorOf,
  InvitreeError,
  type Issue,
  isInvitreeError,
  type Reason,
  type ReasonData,
} from './errors.ts';
export type * from './generated/api.ts';
export type { ClientOptions, RetryOptions } from './options.ts';
export type { TokenStorage, Tokens } from './storage.ts';
