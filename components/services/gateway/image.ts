import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Artifacts } from "../../foundation";
import { images } from "../../versions";

export interface GatewayImage {
  /** Literal reference, so that previews and policies see it. */
  readonly reference: string;
  /** What must be pushed before a pod can start. */
  readonly ready: readonly pulumi.Resource[];
}

const CONTEXT = "apps/backend";
/** All that the Dockerfile copies. */
const SOURCES = ["Dockerfile", "pyproject.toml", "requirements.lock", "src"];

/** The published image, or one built from `apps/backend` and pushed to `repository`, under a tag that changes with its sources. */
export function gatewayImage(
  name: string,
  artifacts: Artifacts,
  {
    buildRepository: repository,
    architecture = "amd64",
  }: { readonly buildRepository?: string | undefined; readonly architecture?: "amd64" | "arm64" | undefined },
  own: pulumi.CustomResourceOptions,
): GatewayImage {
  if (!repository) return { reference: artifacts.image(images.backend), ready: [] };
  const reference = `${repository}:${images.backend.tag}-${contentOf(CONTEXT)}`;
  const image = new docker.Image(
    `${name}-image`,
    { imageName: reference, build: { context: CONTEXT, platform: `linux/${architecture}` } },
    own,
  );
  return { reference, ready: [image] };
}

/** Twelve digits that change whenever a source of the image does: pods follow a rebuilt image, and nothing else. */
export function contentOf(context: string): string {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap((source) => filesBelow(context, source)).sort())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(context, file)))
      .update("\0");
  return hash.digest("hex").slice(0, 12);
}

function filesBelow(context: string, path: string): string[] {
  if (statSync(join(context, path)).isFile()) return [path];
  return readdirSync(join(context, path), { recursive: true, encoding: "utf8" })
    .map((file) => join(path, file))
    .filter((file) => !file.includes("__pycache__") && statSync(join(context, file)).isFile());
}
