import { z } from 'zod';
import { parseRedisUrl } from './url.ts';

export const redisSettings = {
  REDIS_URL: z
    .string()
    .refine((text) => parseRedisUrl(text) !== undefined, {
      error:
        'must be like redis://host:6379, redis+cluster://one:6379,two:6379 or redis+sentinel://one:26379,two:26379/name',
    })
    .optional()
    .describe(
      'State shared by instances. `redis://`, `rediss://` for TLS, `redis+cluster://`, `redis+sentinel://`. Without it, the state is kept in the process, which allows one instance only.',
    ),
};
