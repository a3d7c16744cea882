import { access, statfs } from "node:fs/promises";

/** True when there is a file or folder of that name. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Throws when the disk of a folder has less free than something needs, which says more than whatever would fail first.
 *
 * @param folder - An existing folder on that disk.
 * @param megabytes - What `what` writes at most, in 10⁶ bytes.
 * @param what - Who needs the space, as the subject of a sentence.
 */
export async function needSpace(folder: string, megabytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free >= megabytes) return;
  throw new Error(
    `${what} needs ${megabytes} MB on the disk of ${folder}, which has ${free} MB free.\n` +
      "  Make room there and run the same command again; what it has done so far is kept.",
  );
}
