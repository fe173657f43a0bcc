import { EventEmitter } from 'node:events';
import { Cluster } from 'ioredis';
import type { RedisClient } from './client.ts';
import type { Broadcast } from './port.ts';

/** Among the parts of this process alone. */
export function localBroadcast(): Broadcast {
  const channels = new EventEmitter();
  return {
    async publish(channel, message) {
      channels.emit(`:${channel}`, message);
    },
    async subscribe(channel, hear) {
      channels.on(`:${channel}`, hear);
    },
    async close() {},
  };
}

const PREFIX = 'invitree:';

/**
 * Among all instances on the same Redis, by its publish and subscribe. This instance hears its own
 * messages at once, not by way of Redis. Closing it closes the connection given.
 */
export async function redisBroadcast(redis: RedisClient): Promise<Broadcast> {
  const here = localBroadcast();
  // Redis wants a connection of its own for those who listen.
  const options = { lazyConnect: true, enableOfflineQueue: true };
  const listener =
    redis instanceof Cluster ? redis.duplicate([], options) : redis.duplicate(options);
  for (const event of redis.listeners('error')) listener.on('error', event as () => void);
  await listener.connect();
  listener.on('message', (channel: string, message: string) =>
    here.publish(channel.slice(PREFIX.length), message),
  );
  return {
    async publish(channel, message) {
      await here.publish(channel, message);
      // Away, it tells nobody: the port says that listeners must live with that.
      await redis.publish(PREFIX + channel, message).catch(() => undefined);
    },
    async subscribe(channel, hear, lost) {
      await here.subscribe(channel, hear, lost);
      await listener.subscribe(PREFIX + channel);
      listener.on('close', lost);
      listener.on('ready', lost);
    },
    async close() {
      listener.disconnect();
      redis.disconnect();
    },
  };
}
