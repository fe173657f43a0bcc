import { Option } from 'commander';
import { define } from '../../define.ts';
import { findUserId } from '../../find-user.ts';
import { positive } from '../../list.ts';
import { drawTree } from '../../tree.ts';

export const tree = define<{ user?: string; depth: number; limit: number }>({
  name: 'tree',
  summary: 'Draw whom I brought, whom they brought, and so on',
  examples: ['invitree referrals tree', 'invitree referrals tree --depth 5 --user +79991234567'],
  options: [
    new Option('--depth <levels>', 'how far down, at most 10').argParser(positive).default(3),
    new Option('-n, --limit <count>', 'at most so many below each').argParser(positive).default(20),
    new Option('--user <user>', "another's, for admins"),
  ],
  async run({ out, connect }, { user, depth, limit }) {
    const client = await connect();
    const userId = user ? await findUserId(client, user) : (await client.profile.me()).id;
    const found = await client.referral.tree({ userId, depth, limit });
    out.result(found, () => drawTree(found, out));
  },
});
