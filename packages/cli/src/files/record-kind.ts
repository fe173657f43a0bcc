export type RecordKind = 'users' | 'referrals';

export const RECORD_KINDS: RecordKind[] = ['users', 'referrals'];

export const EXPORT_FIELDS: Record<RecordKind, string[]> = {
  users: [
    'id',
    'phone',
    'email',
    'displayName',
    'role',
    'status',
    'inviteCode',
    'referralCount',
    'createdAt',
  ],
  referrals: [
    'refereeId',
    'refereePhone',
    'referrerId',
    'referrerPhone',
    'inviteCode',
    'activatedAt',
  ],
};

/** An import ignores all other fields, such as those that only an export contains. */
export const IMPORT_FIELDS: Record<RecordKind, { required: string[]; optional: string[] }> = {
  users: {
    required: ['phone'],
    optional: ['email', 'displayName', 'inviteCode', 'status', 'createdAt'],
  },
  referrals: { required: ['refereePhone', 'referrerPhone'], optional: ['activatedAt'] },
};
