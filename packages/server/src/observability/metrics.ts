/**
 * Counted as things happen. Labels name kinds and outcomes, never people: no phone, code, address or
 * id. Names follow Prometheus' conventions.
 */
export const COUNTERS = {
  invitree_procedures_total: {
    help: 'Procedure calls by reason; OK for a success',
    labelNames: ['procedure', 'protocol', 'reason'],
  },
  invitree_http_requests_total: {
    help: 'HTTP requests by route and status',
    labelNames: ['method', 'route', 'status'],
  },
  invitree_activations_total: {
    help: 'Invite codes activated, by signed-in users or at sign-up',
    labelNames: ['at'],
  },
  invitree_cleanup_deleted_total: {
    help: 'Expired rows deleted',
    labelNames: ['kind'],
  },
  invitree_cleanup_runs_total: {
    help: 'Cleanup rounds of this instance by outcome; skipped: another instance was cleaning up',
    labelNames: ['outcome'],
  },
  invitree_sms_attempts_total: {
    help: 'Attempts to hand a message to a sender',
    labelNames: ['sender', 'outcome'],
  },
  invitree_sms_messages_total: {
    help: 'Messages by final outcome',
    labelNames: ['outcome'],
  },
  invitree_rate_limited_total: {
    help: 'Requests refused by a per-address or per-account limit',
    labelNames: ['limit'],
  },
  invitree_codes_total: {
    help: 'One-time codes sent and verified',
    labelNames: ['event', 'country'],
  },
  invitree_sms_pumping_total: {
    help: 'Codes that exceeded an SMS pumping rule',
    labelNames: ['rule', 'country', 'action'],
  },
} as const;

/** Read when Prometheus scrapes: a number for each value of the label. */
export const READINGS = {
  invitree_dependency_up: {
    type: 'gauge',
    help: '1 if the dependency was reachable when last used',
    label: 'dependency',
  },
  invitree_database_connections: {
    type: 'gauge',
    help: "Connections in this instance's pool",
    label: 'state',
  },
  invitree_cache_entries: { type: 'gauge', help: 'Entries in a cache', label: 'cache' },
  invitree_cache_hits_total: {
    type: 'counter',
    help: 'Lookups answered by a cache',
    label: 'cache',
  },
  invitree_cache_misses_total: {
    type: 'counter',
    help: 'Lookups that a cache could not answer',
    label: 'cache',
  },
  invitree_cleanup_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When cleanup last completed on this instance, in seconds since 1970',
    label: 'task',
  },
} as const;

export type ReadingName = keyof typeof READINGS;
export type CounterName = keyof typeof COUNTERS;
export type CounterLabel<Name extends CounterName> = (typeof COUNTERS)[Name]['labelNames'][number];
