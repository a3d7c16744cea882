import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type Artifacts, images } from "../foundation";

export interface BackendImage {
  /** Literal reference, so that previews and policies see it. */
  readonly reference: string;
  /** What must be pushed before a pod can start. */
  readonly ready: readonly pulumi.Resource[];
}

/** The published image, or one built from `apps/backend` and pushed to `repository` under the same tag. */
export function backendImage(
  name: string,
  artifacts: Artifacts,
  repository: string | undefined,
  own: pulumi.CustomResourceOptions,
): BackendImage {
  if (!repository) return { reference: artifacts.image(images.backend), ready: [] };
  const reference = `${repository}:${images.backend.tag}`;
  const image = new docker.Image(
    `${name}-image`,
    { imageName: reference, build: { context: "apps/backend", platform: "linux/amd64" } },
    own,
  );
  return { reference, ready: [image] };
}
