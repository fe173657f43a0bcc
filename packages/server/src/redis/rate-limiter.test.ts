import { rateLimiterContract } from '../../test/rate-limiter.contract.ts';
import { memoryRateLimiter } from './rate-limiter.ts';

rateLimiterContract('memory', async () => memoryRateLimiter());
