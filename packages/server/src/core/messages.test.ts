import { expect, test } from 'vitest';
import { errorMessage } from './messages.ts';

test.each([
  [1, 'in 1 second', 'через 1 секунду'],
  [42, 'in 42 seconds', 'через 42 секунды'],
  [91, 'in 2 minutes', 'через 2 минуты'],
  [600, 'in 10 minutes', 'через 10 минут'],
  [86_399, 'in 24 hours', 'через 24 часа'],
])('%i seconds to wait are written in words', (retryAfter, english, russian) => {
  expect(errorMessage('en', 'RATE_LIMITED', { retryAfter })).toContain(`Try again ${english}.`);
  expect(errorMessage('ru', 'RATE_LIMITED', { retryAfter })).toContain(`попытку ${russian}.`);
});

test.each([
  [0, 'The code is wrong. Request a new one.', 'Неверный код. Запросите новый.'],
  [1, 'The code is wrong. You have 1 attempt left.', 'Неверный код. Осталась 1 попытка.'],
  [3, 'The code is wrong. You have 3 attempts left.', 'Неверный код. Осталось 3 попытки.'],
  [5, 'The code is wrong. You have 5 attempts left.', 'Неверный код. Осталось 5 попыток.'],
])('a wrong code with %i attempts left', (attemptsLeft, english, russian) => {
  expect(errorMessage('en', 'CODE_WRONG', { attemptsLeft })).toBe(english);
  expect(errorMessage('ru', 'CODE_WRONG', { attemptsLeft })).toBe(russian);
});
