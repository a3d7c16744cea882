import { createHash } from "node:crypto";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import type { ImagePin } from "../../components/foundation/pins.ts";
import { run } from "../process.ts";
import type { Note } from "../progress.ts";
import { gatewayImage } from "./gateway.ts";
import { ensureImage, type ImageArchive, type ImageRecipe } from "./index.ts";
import { debianImage, programImage } from "./recipes.ts";

/** The program's own pins; `require` because the program is a CommonJS package. */
const { images } = createRequire(import.meta.url)(
  "../../components/versions.ts",
) as typeof import("../../components/versions.ts");

const postgresPrograms = "/usr/lib/postgresql/17/bin";
const postgresEntrypoint = join(import.meta.dirname, "postgres", "entrypoint.sh");

/**
 * The images of our own workloads, under the names that the program gives them. Where packages hold another version than
 * the program pins, the README says which.
 */
export async function platformImages(note: Note): Promise<ImageArchive[]> {
  const archives: ImageArchive[] = [];
  for (const recipe of await recipes()) archives.push(await ensureImage(recipe, note));
  return archives;
}

async function recipes(): Promise<ImageRecipe[]> {
  return [
    programImage(nameOf(images.simulator), "llm-d-inference-sim", "/app/llm-d-inference-sim"),
    redis(nameOf(images.redis)),
    debianImage({
      reference: nameOf(images.redisExporter),
      packages: ["prometheus-redis-exporter"],
      release: "bookworm",
      config: { Entrypoint: ["/usr/bin/prometheus-redis-exporter"], User: "59000:59000" },
    }),
    await postgres(nameOf(images.postgres)),
    await gatewayImage(nameOf(images.backend)),
  ];
}

function redis(reference: string): ImageRecipe {
  return debianImage({
    reference,
    packages: ["redis-server", "redis-sentinel", "dash", "coreutils", "grep", "mawk", "sed"],
    release: "bookworm",
    config: { Cmd: ["redis-server"], Env: ["PATH=/usr/bin:/bin"], WorkingDir: "/data" },
    users: { redis: 999 },
  });
}

async function postgres(reference: string): Promise<ImageRecipe> {
  const script = await readFile(postgresEntrypoint);
  return debianImage({
    reference,
    packages: ["postgresql-17", "postgresql-17-pgvector", "dash", "coreutils"],
    release: "trixie",
    config: { Entrypoint: ["/entrypoint.sh"], Env: [`PATH=${postgresPrograms}:/usr/bin:/bin`] },
    users: { postgres: 999 },
    contents: createHash("sha256").update(script).digest("hex"),
    more: async (root) => {
      await copyFile(postgresEntrypoint, join(root, "entrypoint.sh"));
      await chmod(join(root, "entrypoint.sh"), 0o755);
      await run("find", [root, "-name", "libLLVM*", "-delete"]); // 130 MB for compiling long queries
    },
  });
}

/** As the program writes it into pods. */
function nameOf({ repository, tag, digest }: ImagePin): string {
  return digest ? `${repository}:${tag}@${digest}` : `${repository}:${tag}`;
}
