import { EventEmitter } from 'node:events';
import { Cluster } from 'ioredis';
import type { RedisClient } from './client.ts';
import type { Broadcast } from './port.ts';

/** A broadcast within this process only. */
export function localBroadcast(): Broadcast {
  const channels = new EventEmitter();
  // The colon keeps a channel called `error` from getting that event's special treatment.
  return {
    async publish(channel, message) {
      channels.emit(`:${channel}`, message);
    },
    async subscribe(channel, onMessage) {
      channels.on(`:${channel}`, onMessage);
    },
    async close() {},
  };
}

const PREFIX = 'invitree:';

/**
 * A broadcast to all instances on the same Redis. This instance receives its own messages
 * immediately instead of through Redis.
 * @param redis closed together with the broadcast
 */
export async function redisBroadcast(redis: RedisClient): Promise<Broadcast> {
  const local = localBroadcast();
  // Redis requires a separate connection for subscriptions.
  const options = { lazyConnect: true, enableOfflineQueue: true };
  const subscriber =
    redis instanceof Cluster ? redis.duplicate([], options) : redis.duplicate(options);
  for (const listener of redis.listeners('error'))
    subscriber.on('error', listener as (error: Error) => void);
  await subscriber.connect();
  subscriber.on('message', (channel: string, message: string) =>
    local.publish(channel.slice(PREFIX.length), message),
  );
  return {
    async publish(channel, message) {
      await local.publish(channel, message);
      // While Redis is down the message is lost, which the port allows.
      await redis.publish(PREFIX + channel, message).catch(() => undefined);
    },
    async subscribe(channel, onMessage, onGap) {
      await local.subscribe(channel, onMessage, onGap);
      await subscriber.subscribe(PREFIX + channel);
      subscriber.on('close', onGap);
      subscriber.on('ready', onGap);
    },
    async close() {
      subscriber.disconnect();
      redis.disconnect();
    },
  };
}
