import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives every test of a file an empty folder, and an environment that it may change; both go when it ends. */
export function scratch(give: (folder: string) => void): void {
  const environment = process.env;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "scratch-"));
    process.env = { ...environment };
    give(folder);
  });
  afterEach(async () => {
    process.env = environment;
    await rm(folder, { recursive: true, force: true });
  });
}
