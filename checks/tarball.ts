import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './commands.ts';

/** Packs a package as for publishing and unpacks the tarball next to it. */
export async function pack(name: string) {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'invitree-pack-'));
  stack.defer(() => rm(folder, { recursive: true }));
  await run('pnpm', ['pack', '--pack-destination', folder], { cwd: join(root, 'packages', name) });
  const [file = ''] = await readdir(folder);
  const tarball = join(folder, file);
  await run('tar', ['-xzf', tarball, '-C', folder]);
  const unpacked = join(folder, 'package');
  const files = (await readdir(unpacked, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1));
  const kept = stack.move();
  return {
    tarball,
    folder: unpacked,
    files: files.sort(),
    read: (path: string) => readFile(join(unpacked, path), 'utf8'),
    remove: () => kept.disposeAsync(),
  };
}

export type Tarball = Awaited<ReturnType<typeof pack>>;
export type Project = Awaited<ReturnType<typeof createProject>>;

/** Creates an empty project outside the repository and installs these packages. */
export async function createProject(packages: string[], files: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'invitree-project-'));
  stack.defer(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
    cwd: folder,
  });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const kept = stack.move();
  return {
    folder,
    copy: (from: string) => cp(join(root, from), folder, { recursive: true, filter: isSource }),
    remove: () => kept.disposeAsync(),
  };
}

/** Leaves out what the project has already: its manifest and installed packages. */
const isSource = (path: string) => !/node_modules|package\.json$/.test(path);
