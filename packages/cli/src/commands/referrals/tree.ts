import { Option } from 'commander';
import { defineCommand } from '../../command.ts';
import { findUserId } from '../../find-user.ts';
import { parsePositiveInteger } from '../../options.ts';
import { renderTree } from '../../output/tree.ts';

export const tree = defineCommand<{ user?: string; depth: number; limit: number }>({
  name: 'tree',
  summary: 'Show your referrals, their referrals and so on',
  examples: ['invitree referrals tree', 'invitree referrals tree --depth 5 --user +79991234567'],
  options: [
    new Option('--depth <levels>', 'Number of levels to show, at most 10')
      .argParser(parsePositiveInteger)
      .default(3),
    new Option('-n, --limit <count>', 'Maximum number of referrals per user')
      .argParser(parsePositiveInteger)
      .default(20),
    new Option('--user <user>', 'Tree of another user (for admins)'),
  ],
  async run({ out, connect }, { user, depth, limit }) {
    const client = await connect();
    const userId = user ? await findUserId(client, user) : (await client.profile.me()).id;
    const result = await client.referral.tree({ userId, depth, limit });
    out.result(result, () => renderTree(result, out));
  },
});
