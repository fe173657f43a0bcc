import { v7 as uuidv7 } from 'uuid';
import { email } from '../core/email.ts';
import { parsePhone } from '../core/phone.ts';
import type { Deps } from '../deps.ts';
import { type AssignableStatus, assignableStatus } from '../identity/user-status.ts';
import { displayName } from '../profile/schemas.ts';
import { rejectReservedCode } from '../referral/create-invite-code.ts';
import { customCode } from '../referral/schemas.ts';
import { type Problem, pastTime } from './import.ts';

/** A user of another system. The fields are unparsed text, so errors are reported per line. */
export interface UserLine {
  phone: string;
  email?: string | undefined;
  displayName?: string | undefined;
  /** The user's existing invite code, which keeps working; random if left out */
  inviteCode?: string | undefined;
  status?: string | undefined;
  /** The time of sign-up, ISO 8601 */
  createdAt?: string | undefined;
}

export interface ImportedUser {
  index: number;
  id: string;
  phone: string;
  email: string | null;
  displayName: string | null;
  inviteCode: string | null;
  status: AssignableStatus;
  createdAt: Date;
}

/** Parses a line. Adds what is wrong with it to `problems` and then returns undefined. */
export function readUserLine(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  line: UserLine,
  index: number,
  problems: Problem[],
): ImportedUser | undefined {
  const found: Problem[] = [];
  const read = <Out>(field: keyof UserLine, parse: (text: string) => Out): Out | null => {
    const text = line[field]?.trim();
    if (!text) return null;
    try {
      return parse(text);
    } catch {
      found.push({ index, field, reason: field === 'phone' ? 'PHONE_INVALID' : 'INPUT_INVALID' });
      return null;
    }
  };
  const now = new Date(clock());
  const createdAt = read('createdAt', (text) => pastTime(text, now)) ?? now;
  const phone = read('phone', (text) => parsePhone(text, config.DEFAULT_REGION));
  const user = {
    index,
    id: uuidv7({ msecs: +createdAt }),
    email: read('email', (text) => email.parse(text)),
    displayName: read('displayName', (text) => displayName.parse(text)),
    inviteCode: read('inviteCode', (text) => parseInviteCode({ config }, text)),
    status: read('status', (text) => assignableStatus.parse(text)) ?? 'active',
    createdAt,
  };
  if (phone === null && found.length === 0)
    found.push({ index, field: 'phone', reason: 'PHONE_INVALID' });
  problems.push(...found);
  return phone === null || found.length > 0 ? undefined : { ...user, phone };
}

/** The rules are those of a custom code, so an import does not bring in what no user may create. */
function parseInviteCode(deps: Pick<Deps, 'config'>, text: string): string {
  const code = customCode.parse(text);
  rejectReservedCode(deps, code);
  return code;
}
