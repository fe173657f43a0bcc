/** Address of a single server, the nodes of a Cluster, or the Sentinels of a named master. */
export interface RedisAddress {
  kind: 'single' | 'cluster' | 'sentinel';
  hosts: { host: string; port: number }[];
  username?: string;
  password?: string;
  tls: boolean;
  /** Name of the master. Sentinel only. */
  master?: string;
  db: number;
}

const PATTERN =
  /^redis(?<tls>s)?(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#]+)(?:\/(?<path>[^?#]*))?$/;

/**
 * Parses `redis://user:password@host:6379/0` (`rediss://` for TLS),
 * `redis+cluster://one:6379,two:6379` and `redis+sentinel://one:26379,two:26379/master/0`. The user
 * and password are for Redis, not for Sentinel.
 * @returns undefined if the address is invalid
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const parts = PATTERN.exec(text)?.groups;
  if (!parts) return undefined;
  const { kind = 'single', tls, username, password, path = '' } = parts;
  const hosts = (parts['hosts'] ?? '').split(',').map((host) => {
    const [, name, port] = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host) ?? [];
    return {
      host: (name ?? '').replace(/^\[|\]$/g, ''),
      port: Number(port ?? (kind === 'sentinel' ? 26379 : 6379)),
    };
  });
  const names = path.split('/').filter(Boolean);
  const master = kind === 'sentinel' ? names.shift() : undefined;
  const [db = '0', extra] = names;
  const valid =
    hosts.every(({ host, port }) => host !== '' && port < 65_536) &&
    (kind !== 'single' || hosts.length === 1) &&
    (kind !== 'sentinel' || master !== undefined) &&
    (kind !== 'cluster' || db === '0') &&
    /^\d+$/.test(db) &&
    extra === undefined;
  if (!valid) return undefined;
  return {
    kind: kind as RedisAddress['kind'],
    hosts,
    tls: tls !== undefined,
    db: Number(db),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(master && { master }),
  };
}
