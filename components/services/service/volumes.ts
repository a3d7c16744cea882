import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Mount, OwnedSecret, persistentClaim, scratch, type Site } from "../../foundation";
import type { ServiceKeys } from "./keys";

type Keys = Pick<ServiceKeys, "files" | "claims" | "scratch"> & { readonly site: Site };

export interface Volumes {
  readonly mounts: readonly Mount[];
  /** What must be there before a pod starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** Everything a service sees in its file system beside its image and what its connections bring. */
export function serviceVolumes(name: string, keys: Keys, opts: pulumi.CustomResourceOptions): Volumes {
  const { site } = keys;
  const claims = Object.entries(keys.claims).map(([volume, { path, ...claim }]) => ({
    claim: persistentClaim(volume, { ...claim, site, labels: site.labels(name, "volume") }, opts),
    mount: claimMount(volume, path),
  }));
  const folders = Object.entries(keys.scratch).map(([path, limit]) =>
    scratch(volumeName("scratch", path), path, limit),
  );
  const files = fileMounts(name, keys, opts);
  return {
    mounts: [...files, ...claims.map(({ mount }) => mount), ...folders],
    ready: claims.map(({ claim }) => claim),
  };
}

/** The prefix keeps volumes that the stack file names apart from those that the program names. */
function claimMount(name: string, path: string): Mount {
  return { name: `claim-${name}`, path, source: { persistentVolumeClaim: { claimName: name } }, writable: true };
}

/** Texts in a ConfigMap, secrets in a Secret; both have generated names, so that a changed file rolls the pods. */
function fileMounts(name: string, { files, site }: Keys, opts: pulumi.CustomResourceOptions): Mount[] {
  const texts = Object.entries(files).flatMap(([path, file]) =>
    typeof file === "string" ? [[path, file] as const] : [],
  );
  const secrets = Object.entries(files).flatMap(([path, file]) =>
    typeof file === "string" ? [] : [[path, file] as const],
  );
  const mounts: Mount[] = [];
  if (texts.length > 0) {
    const data = Object.fromEntries(texts.map(([path, text]) => [keyOf(path), text]));
    const metadata = { namespace: site.namespace.reference, labels: site.labels(name, "configuration") };
    const config = new k8s.core.v1.ConfigMap(`${name}-files`, { metadata, data }, opts);
    const source = { configMap: { name: config.metadata.name } };
    mounts.push(...texts.map(([path]) => ({ name: "files", path, subPath: keyOf(path), source })));
  }
  if (secrets.length > 0) {
    const given = Object.fromEntries(secrets.map(([path, reference]) => [keyOf(path), site.secret(reference)]));
    const secret = new OwnedSecret(`${name}-secret-files`, { namespace: site.namespace, given }, opts);
    const source = { secret: { secretName: secret.secretName, defaultMode: 0o440 } };
    mounts.push(...secrets.map(([path]) => ({ name: "secret-files", path, subPath: keyOf(path), source })));
  }
  return mounts;
}

/** `/etc/app/config.yaml` -> `etc-app-config.yaml`. */
function keyOf(path: string): string {
  return path.slice(1).replaceAll("/", "-");
}

/** A name for the volume behind a folder. */
function volumeName(prefix: string, path: string): string {
  return `${prefix}${path.replace(/[^a-zA-Z0-9]+/g, "-").toLowerCase()}`.replace(/-$/, "").slice(0, 63);
}
