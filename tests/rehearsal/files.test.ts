import { tmpdir } from "node:os";

import { needSpace } from "../../rehearsal/files.ts";

test("a disk with room enough is no matter", async () => {
  await expect(needSpace(tmpdir(), 0, "Nothing")).resolves.toBeUndefined();
});

test("a disk that is too full is named, with what is needed, what there is and what to do", async () => {
  await expect(needSpace(tmpdir(), 1e15, "The control plane")).rejects.toThrow(
    new RegExp(
      String.raw`^The control plane needs 1000000000000000 MB on the disk of ${tmpdir()}, which has \d+ MB free\.\n.*run the same command again`,
    ),
  );
});
