import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { attemptNamed, endNamed, processIn } from "../../rehearsal/pid-file.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pid-file-"));
  file = join(folder, "command.pid");
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs until it is ended. */
const waiting = ["-e", "setInterval(() => undefined, 60000)"];

async function started(): Promise<number> {
  for (;;) {
    const pid = await processIn(file);
    if (pid !== undefined) return pid;
    await sleep(10);
  }
}

test("a command is named while it runs, and ends with SIGTERM when a later run asks for it", async () => {
  const command = attemptNamed(file, process.execPath, waiting, {});
  await started();
  await endNamed(file, "command");
  expect(await command).toMatchObject({ code: 143 });
  expect(await readdir(folder)).toEqual([]);
});

test("a number that another process has now, as after a reboot, is left alone", async () => {
  await writeFile(file, `${process.pid} up --stack dev --config-file /elsewhere`);
  expect(await processIn(file)).toBeUndefined();
  await endNamed(file, "command");
  expect(await readdir(folder)).toEqual([]);
});
