/** Labels name kinds and outcomes, never people: no phone, code, address or id. */
export const COUNTERS = {
  invitree_sms_tries_total: {
    help: 'Tries to hand a message to a sender',
    labelNames: ['sender', 'outcome'],
  },
  invitree_sms_messages_total: {
    help: 'Messages, by what became of them at last',
    labelNames: ['outcome'],
  },
  invitree_rate_limited_total: {
    help: 'Requests refused by a limit of an address or an account',
    labelNames: ['limit'],
  },
  invitree_codes_total: {
    help: 'One-time codes sent and verified',
    labelNames: ['event', 'country'],
  },
  invitree_sms_pumping_total: {
    help: 'Codes beyond what verifications bear out, by rule',
    labelNames: ['rule', 'country', 'action'],
  },
} as const;

export type CounterName = keyof typeof COUNTERS;
export type CounterLabel<Name extends CounterName> = (typeof COUNTERS)[Name]['labelNames'][number];
