/** What a one-time code is for. A code requested for one purpose does not serve another. */
export const CODE_PURPOSES = ['signIn', 'link', 'reauthenticate'] as const;

export type CodePurpose = (typeof CODE_PURPOSES)[number];
