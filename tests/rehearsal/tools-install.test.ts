import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { run } from "../../rehearsal/process.ts";
import { build } from "../../rehearsal/tools/build.ts";
import { cacheFolder, fillFolder } from "../../rehearsal/tools/cache.ts";
import { checksumOf, download } from "../../rehearsal/tools/download.ts";
import { withLock } from "../../rehearsal/tools/lock.ts";
import { tools } from "../../rehearsal/tools/table.ts";
import { scratch } from "./scratch.ts";

const silent = () => undefined;
let folder: string;
scratch((made) => {
  folder = made;
});

describe("downloads", () => {
  let server: Server;
  let origin: string;
  let files: Record<string, string | Buffer>;

  beforeEach(async () => {
    files = {};
    server = createServer((request, response) => {
      const file = files[(request.url ?? "").slice(1)];
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test("a single program is checked and made executable", async () => {
    files = { program: "#!/bin/sh\necho 1.2.3\n" };
    files["program.sha256"] = sha256(files.program ?? "");
    const target = await empty("target");
    await download("tool", { url: `${origin}/program`, checksums: `${origin}/program.sha256` }, target, silent);
    expect(await run(join(target, "tool"), [])).toBe("1.2.3\n");
  });

  test("the programs of an archive are unpacked, and nothing else is left", async () => {
    const content = await empty("content/inside");
    await writeFile(join(content, "tool"), "x");
    await run("tar", ["-czf", join(folder, "a.tar.gz"), "-C", join(folder, "content"), "inside"]);
    const archive = await readFile(join(folder, "a.tar.gz"));
    files = { "a.tar.gz": archive, SHA256SUMS: `${"0".repeat(64)}  other\n${sha256(archive)}  a.tar.gz\n` };
    const target = await empty("target");
    const release = { url: `${origin}/a.tar.gz`, checksums: `${origin}/SHA256SUMS`, folder: "inside" };
    await download("tool", release, target, silent);
    expect(await readdir(target)).toEqual(["tool"]);
  });

  test("a file with another checksum is refused", async () => {
    files = { program: "tampered", "program.sha256": sha256("original") };
    const release = { url: `${origin}/program`, checksums: `${origin}/program.sha256` };
    await expect(download("tool", release, folder, silent)).rejects.toThrow(sha256("tampered"));
  });

  test("a file without a checksum is refused", async () => {
    files = { program: "x", SHA256SUMS: `${sha256("x")}  other\n${sha256("y")}  another\n` };
    const release = { url: `${origin}/program`, checksums: `${origin}/SHA256SUMS` };
    await expect(download("tool", release, folder, silent)).rejects.toThrow("holds no SHA-256 of program");
  });

  test("the checksum of a GitHub release is its asset's digest", () => {
    const page = JSON.stringify({ assets: [{ name: "kwok-linux-amd64", digest: `sha256:${"a".repeat(64)}` }] });
    expect(checksumOf("kwok-linux-amd64", page)).toBe("a".repeat(64));
    expect(checksumOf("kwok-linux-arm64", page)).toBeUndefined();
  });
});

describe("installing", () => {
  test("a folder appears only when it is complete", async () => {
    const target = join(folder, "bin", "tool-1");
    const interrupted = fillFolder(target, async (scratch) => {
      await writeFile(join(scratch, "half"), "");
      throw new Error("interrupted");
    });
    await expect(interrupted).rejects.toThrow("interrupted");
    expect(await readdir(join(folder, "bin"))).toEqual([]);
  });

  test("what a killed run left is removed by the next one", async () => {
    await mkdir(join(folder, "bin", ".new-killed"), { recursive: true });
    await fillFolder(join(folder, "bin", "tool-1"), (scratch) => writeFile(join(scratch, "tool"), ""));
    expect(await readdir(join(folder, "bin"))).toEqual(["tool-1"]);
  });

  test("a build without Go says what to install", async () => {
    process.env.PATH = folder;
    await expect(build(tools.helm, folder, silent)).rejects.toThrow(
      "Install Go 1.26.0 or newer, or put helm 3.19.0 on PATH",
    );
  });

  test("the cache folder follows AI_PLATFORM_CACHE, then XDG_CACHE_HOME", () => {
    process.env.XDG_CACHE_HOME = "/xdg";
    process.env.AI_PLATFORM_CACHE = "";
    expect(cacheFolder()).toBe("/xdg/ai-platform");
    process.env.AI_PLATFORM_CACHE = "/own";
    expect(cacheFolder()).toBe("/own");
  });
});

describe("the lock", () => {
  test("keeps a second holder out until the first is done", async () => {
    const order: string[] = [];
    const lock = join(folder, "lock");
    let release = silent as () => void;
    const first = withLock(lock, () =>
      new Promise<void>((resolve) => (release = resolve)).then(() => order.push("first")),
    );
    while (release === silent) await new Promise((resolve) => setTimeout(resolve, 5));
    const hurried = withLock(lock, () => Promise.resolve(order.push("hurried")), 0);
    await expect(hurried).rejects.toThrow(`Process ${process.pid} has held`);
    const second = withLock(lock, () => Promise.resolve(order.push("second")));
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
  });

  test("of a process that is gone is taken over", async () => {
    const child = spawn("true");
    await new Promise((resolve) => child.on("close", resolve));
    await writeFile(join(folder, "lock"), String(child.pid));
    expect(await withLock(join(folder, "lock"), () => Promise.resolve("done"))).toBe("done");
  });

  test("of a process whose number another one has now is taken over", async () => {
    await writeFile(join(folder, "lock"), `${process.pid} node rehearsal/cli/main.ts up`);
    expect(await withLock(join(folder, "lock"), () => Promise.resolve("done"))).toBe("done");
  });

  test("of a process that lives ends the wait with its name", async () => {
    await writeFile(join(folder, "lock"), String(process.pid));
    await expect(withLock(join(folder, "lock"), () => Promise.resolve("done"), 0)).rejects.toThrow(
      `Process ${process.pid} has held`,
    );
  });

  test("is given back when the work fails", async () => {
    const failed = withLock(join(folder, "lock"), () => Promise.reject(new Error("no")));
    await expect(failed).rejects.toThrow("no");
    expect(await readdir(folder)).toEqual([]);
  });
});

async function empty(name: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  return join(folder, name);
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
