/**
 * Counters, named by Prometheus' conventions. Labels hold kinds and outcomes, never personal data:
 * no phones, codes, addresses or ids.
 */
export const COUNTERS = {
  invitree_procedures_total: {
    help: 'Procedure calls by outcome: OK or the error reason',
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
    help: 'Expired rows deleted by cleanup',
    labelNames: ['kind'],
  },
  invitree_cleanup_runs_total: {
    help: 'Cleanup runs by outcome; skipped means another instance was already running',
    labelNames: ['outcome'],
  },
  invitree_sms_attempts_total: {
    help: 'Attempts to deliver an SMS, by sender and outcome',
    labelNames: ['sender', 'outcome'],
  },
  invitree_sms_messages_total: {
    help: 'SMS messages by final outcome',
    labelNames: ['outcome'],
  },
  invitree_rate_limited_total: {
    help: 'Calls refused by a per-address or per-account rate limit',
    labelNames: ['limit'],
  },
  invitree_accepted_proofs_total: {
    help: 'Right codes and passwords',
    labelNames: ['method'],
  },
  invitree_failed_proofs_total: {
    help: 'Wrong codes and passwords',
    labelNames: ['method'],
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

/** Metrics that are read on each scrape: one number per value of the label. */
export const READINGS = {
  invitree_dependency_up: {
    type: 'gauge',
    help: '1 if the dependency was reachable when last used',
    label: 'dependency',
  },
  invitree_database_connections: {
    type: 'gauge',
    help: "Connections in this instance's pool; waiting counts queued queries",
    label: 'state',
  },
  invitree_cache_entries: { type: 'gauge', help: 'Entries in a cache', label: 'cache' },
  invitree_cache_hits_total: {
    type: 'counter',
    help: 'Cache lookups that found an entry',
    label: 'cache',
  },
  invitree_cache_misses_total: {
    type: 'counter',
    help: 'Cache lookups that found no entry',
    label: 'cache',
  },
  invitree_cleanup_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time of the last successful cleanup run',
    label: 'task',
  },
} as const;

export type ReadingName = keyof typeof READINGS;
export type CounterName = keyof typeof COUNTERS;
export type CounterLabel<Name extends CounterName> = (typeof COUNTERS)[Name]['labelNames'][number];
