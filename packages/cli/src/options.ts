import { Argument, InvalidArgumentError, Option } from 'commander';

export interface ListOptions {
  limit: number;
  all?: boolean;
}

/** The options of every list command. */
export const listOptions = () => [
  new Option('-n, --limit <count>', 'Maximum number of items to list')
    .argParser(parsePositiveInteger)
    .default(20),
  new Option('-a, --all', 'List all items').conflicts('limit'),
];

export const daysOption = () =>
  new Option('--days <days>', 'Number of days to show, including today')
    .argParser(parsePositiveInteger)
    .default(30);

export const userArgument = () =>
  new Argument('<user>', 'ID, phone, email, invite code or start of a name');

export function parsePositiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('Must be a positive integer.');
  return number;
}
