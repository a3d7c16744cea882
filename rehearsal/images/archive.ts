import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

import { run } from "../process.ts";
import { thisPlatform } from "../tools/table.ts";

/** How a container of the image starts, in the words of an OCI image configuration. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Everything in a layer belongs to root and has one date, so equal contents are equal layers. */
const plain = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
const oci = "application/vnd.oci.image";

/**
 * Writes an OCI archive of one layer, as `ctr images import` reads it.
 * @param root the files of the layer
 * @param scratch an empty folder for what is needed on the way
 */
export async function writeArchive(
  image: { readonly reference: string; readonly config: ImageConfig; readonly root: string },
  scratch: string,
  file: string,
): Promise<void> {
  const blobs = join(scratch, "layout", "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const layer = await addLayer(image.root, scratch, blobs);
  const config = await addDocument(blobs, `${oci}.config.v1+json`, {
    architecture: thisPlatform().arch,
    os: "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const manifest = await addDocument(blobs, `${oci}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config,
    layers: [layer],
  });
  const annotations = { "io.containerd.image.name": storedName(image.reference) };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(join(scratch, "layout", "index.json"), JSON.stringify(index));
  await writeFile(join(scratch, "layout", "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await run("tar", [...plain, "-cf", file, "-C", join(scratch, "layout"), "."]);
}

async function addLayer(root: string, scratch: string, blobs: string): Promise<Blob> {
  const file = join(scratch, "layer.tar");
  await run("tar", [...plain, "-cf", file, "-C", root, "."]);
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const digest = hash.digest("hex");
  const { size } = await stat(file);
  await rename(file, join(blobs, digest));
  return { mediaType: `${oci}.layer.v1.tar`, digest: `sha256:${digest}`, size };
}

async function addDocument(blobs: string, mediaType: string, document: unknown): Promise<Blob> {
  const text = JSON.stringify(document);
  const digest = createHash("sha256").update(text).digest("hex");
  await writeFile(join(blobs, digest), text);
  return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}

/** containerd knows an image that is asked for by digest without its tag. */
function storedName(reference: string): string {
  return reference.replace(/:[^:@/]+@/, "@");
}
