import type { ChartPin, ImagePin } from "./pins";

/** Where charts and images come from. Both mirrors are for clusters without internet access. */
export interface ArtifactsArgs {
  /** Folder with `<name>-<version>.tgz` files, or an `oci://` folder, used instead of each chart's own repository. */
  readonly chartMirror?: string | undefined;
  /** Registry (and folder) that holds copies of all images under their own path, for example `registry.example.com/mirror`. */
  readonly imageMirror?: string | undefined;
}

/** The arguments of a Helm Release that say which chart to install. */
export interface ChartReference {
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/** Resolves pins to references, through the mirrors where they are set. */
export class Artifacts {
  private readonly args: ArtifactsArgs;

  constructor(args: ArtifactsArgs = {}) {
    this.args = args;
  }

  /** The registry every third-party chart should pull from, or undefined for the registries the charts name themselves. */
  get imageMirror(): string | undefined {
    return this.args.imageMirror;
  }

  chart({ name, source, version }: ChartPin): ChartReference {
    const origin = this.args.chartMirror ?? source;
    if (origin.startsWith("oci://")) return { chart: `${origin.replace(/\/$/, "")}/${name}`, version };
    if (origin.startsWith("https://")) return { chart: name, version, repositoryOpts: { repo: origin } };
    return { chart: `${origin.replace(/\/$/, "")}/${name}-${version}.tgz`, version };
  }

  image({ repository, tag, digest }: ImagePin): string {
    const path = this.args.imageMirror ? `${this.args.imageMirror}/${withoutRegistry(repository)}` : repository;
    return digest ? `${path}:${tag}@${digest}` : `${path}:${tag}`;
  }
}

/** `docker.io/library/redis` -> `library/redis`. */
function withoutRegistry(repository: string): string {
  return repository.split("/").slice(1).join("/");
}
