import { z } from 'zod';
import { isCidr } from './ip-network.ts';

/** Building blocks for settings that arrive as text from the environment. */

export const wholeNumber = (fallback: number, minimum = 1) =>
  z.coerce.number().int().min(minimum).default(fallback);

/** A duration in seconds; fractions are allowed. */
export const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

/** An HTTP or HTTPS URL, stored without a trailing slash. */
export const webUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** Turns `a, b,,c` into `['a', 'b', 'c']`. */
export const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** IP addresses and CIDR ranges, separated by commas. */
export const addressRanges = list.refine((items) => items.every(isCidr), {
  error: 'must be addresses or ranges like 10.0.0.0/8, separated by commas',
});
