import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { ensureImage, type ImageRecipe } from "../../rehearsal/images/index.ts";
import { run } from "../../rehearsal/process.ts";
import { scratch } from "./scratch.ts";

let folder: string;
scratch((made) => {
  folder = made;
  process.env.AI_PLATFORM_CACHE = made;
});

let made: number;
beforeEach(() => {
  made = 0;
});

const recipe = (contents: string): ImageRecipe => ({
  reference: "registry.example.com/team/app:1.2",
  config: { Entrypoint: ["/app"], User: "10001" },
  contents,
  fill: async (root) => {
    made += 1;
    await mkdir(join(root, "etc"));
    await writeFile(join(root, "etc", "contents"), contents);
  },
});
const silent = () => undefined;

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Record<string, string>;
}

test("an archive names its image, and every part has the digest and the size that it is listed with", async () => {
  const { file } = await ensureImage(recipe("one"), silent);
  await mkdir(join(folder, "layout"));
  await run("tar", ["-xf", file, "-C", join(folder, "layout")]);
  const read = (name: string) => readFile(join(folder, "layout", name));
  const blob = async ({ digest, size }: Descriptor) => {
    const bytes = await read(join("blobs", digest.replace(":", "/")));
    expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
    expect(bytes.length).toBe(size);
    return bytes;
  };
  const index = JSON.parse((await read("index.json")).toString()) as { manifests: [Descriptor] };
  expect(index.manifests[0].annotations).toEqual({ "io.containerd.image.name": "registry.example.com/team/app:1.2" });
  const manifest = JSON.parse((await blob(index.manifests[0])).toString()) as {
    config: Descriptor;
    layers: [Descriptor];
  };
  const config = JSON.parse((await blob(manifest.config)).toString()) as { config: unknown; rootfs: unknown };
  expect(config).toMatchObject({ os: "linux", config: { Entrypoint: ["/app"], User: "10001" } });
  expect(config.rootfs).toEqual({ type: "layers", diff_ids: [manifest.layers[0].digest] });
  await writeFile(join(folder, "layer.tar"), await blob(manifest.layers[0]));
  const listing = await run("tar", ["-tvf", join(folder, "layer.tar"), "--numeric-owner"]);
  expect(listing).toMatch(/^-\S+ 0\/0 +3 .* \.\/etc\/contents$/m);
});

test("an image is made once, and anew when its contents change", async () => {
  const first = await ensureImage(recipe("one"), silent);
  expect(await ensureImage(recipe("one"), silent)).toEqual(first);
  expect(made).toBe(1);
  const second = await ensureImage(recipe("two"), silent);
  expect([second.file !== first.file, made]).toEqual([true, 2]);
});

test("equal contents make equal archives", async () => {
  const { file } = await ensureImage(recipe("one"), silent);
  const before = await readFile(file);
  process.env.AI_PLATFORM_CACHE = join(folder, "other");
  const again = await ensureImage(recipe("one"), silent);
  expect((await readFile(again.file)).equals(before)).toBe(true);
});

test("nothing but the archive is kept", async () => {
  const { file } = await ensureImage(recipe("one"), silent);
  expect(await readdir(join(file, ".."))).toEqual(["image.tar"]);
});
