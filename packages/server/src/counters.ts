/** Labels name kinds and outcomes, never people: no phone, code, address or id. */
export const COUNTERS = {
  invitree_procedures_total: {
    help: 'Calls of procedures, by reason; OK if there was none to fail',
    labelNames: ['procedure', 'face', 'reason'],
  },
  invitree_http_requests_total: {
    help: 'Requests, by route and status',
    labelNames: ['method', 'route', 'status'],
  },
  invitree_activations_total: {
    help: 'Invite codes activated, by those signed in or at their sign-up',
    labelNames: ['at'],
  },
  invitree_housekeeping_deleted_total: {
    help: 'Rows that had expired and were deleted',
    labelNames: ['kind'],
  },
  invitree_housekeeping_runs_total: {
    help: 'Housekeeping by this instance, by outcome; skipped: another was at it',
    labelNames: ['outcome'],
  },
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

/** Read when Prometheus asks: a number for each value of the label. */
export const GAUGES = {
  invitree_up: { help: '1 if this part was there when last needed', label: 'part' },
  invitree_database_connections: { help: "Connections of this instance's pool", label: 'state' },
  invitree_cache_entries: { help: 'What a cache holds', label: 'cache' },
  invitree_cache_hits: { help: 'Look-ups that a cache answered, since the start', label: 'cache' },
  invitree_cache_misses: { help: 'Look-ups that it did not', label: 'cache' },
  invitree_housekeeping_last_success_seconds: {
    help: 'When housekeeping last came to its end here, in seconds since 1970',
    label: 'task',
  },
} as const;

export type GaugeName = keyof typeof GAUGES;

export type CounterName = keyof typeof COUNTERS;
export type CounterLabel<Name extends CounterName> = (typeof COUNTERS)[Name]['labelNames'][number];
