import { expect, test } from 'vitest';
import { disarm, rearm } from './formula.ts';

test.each(['=1+1', '+79991234567', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', "'=1", "''+7"])(
  'makes %j harmless and reads it back',
  (cell) => {
    expect(disarm(cell)).toBe(`'${cell}`);
    expect(rearm(disarm(cell))).toBe(cell);
  },
);

test.each(['', 'Anna', "'", "'Anna'", "O'Hara", 'a=b', '2026-01-01T00:00:00.000Z'])(
  'leaves %j alone',
  (cell) => {
    expect(disarm(cell)).toBe(cell);
    expect(rearm(cell)).toBe(cell);
  },
);

test('reads phones with and without the apostrophe', () => {
  expect([rearm('+79991234567'), rearm("'+79991234567")]).toEqual(['+79991234567', '+79991234567']);
});
