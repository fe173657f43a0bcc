export { type Client, createClient } from './client.ts';
export {
  type ErrorOf,
  InvitreeError,
  type Issue,
  isInvitreeError,
  type Reason,
  type ReasonData,
} from './errors.ts';
export type {
  Activation,
  AdminMethods,
  AdminUser,
  Ancestor,
  Api,
  AuditEntry,
  AuthMethods,
  CheckedInviteCode,
  ErrorData,
  ExportedReferral,
  ExportedUser,
  Finding,
  FoundInviteCode,
  Imported,
  InviteCode,
  IssuedInviteCode,
  Person,
  Profile,
  ProfileExport,
  ProfileMethods,
  PublicProfile,
  Referral,
  ReferralMethods,
  ReferralStats,
  ReferralTree,
  ServerReason,
  Session,
  Stats,
  UserSummary,
} from './generated/api.ts';
export type { CallOptions, Page, PageInput, Pages } from './methods.ts';
export type { ClientOptions, RetryOptions } from './options.ts';
export type { TokenStorage, Tokens } from './storage.ts';
