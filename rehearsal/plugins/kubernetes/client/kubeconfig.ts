import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

export interface KubeconfigSource {
  /** Path of an existing file, or the contents of one; the ambient kubeconfig when empty. */
  readonly kubeconfig?: string;
  /** Context to use instead of the current one. */
  readonly context?: string;
  /** Cluster to use instead of the context's. */
  readonly cluster?: string;
}

export interface ClusterEntry {
  readonly server: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
}

export interface UserEntry {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly exec?: {
    readonly apiVersion: string;
    readonly command: string;
    readonly args?: readonly string[] | null;
    readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  };
}

interface File {
  readonly "current-context"?: string;
  readonly contexts?: readonly Named<"context", { cluster: string; user: string; namespace?: string }>[];
  readonly clusters?: readonly Named<"cluster", ClusterEntry>[];
  readonly users?: readonly Named<"user", UserEntry>[];
}

type Named<Key extends string, Entry> = { readonly name: string } & { readonly [key in Key]: Entry };

/** The part of a kubeconfig that one context leads to. */
export interface Kubeconfig {
  readonly text: string;
  /** The file it is from; absent when it was given as contents. */
  readonly path?: string;
  readonly context: string;
  readonly namespace?: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

/** @throws Error when there is no file, when it is no kubeconfig, or when it has no such context or cluster */
export function loadKubeconfig(source: KubeconfigSource): Kubeconfig {
  const origin = originOf(source.kubeconfig);
  const where = origin.path ?? "given as text";
  const file = (parse(origin.text) ?? {}) as File;
  const { name, context } = entryOf(file.contexts, source.context ?? file["current-context"] ?? "", "context", where);
  const { cluster } = entryOf(file.clusters, source.cluster ?? context.cluster, "cluster", where);
  const user = file.users?.find((entry) => entry.name === context.user)?.user ?? {};
  return { ...origin, context: name, ...(context.namespace && { namespace: context.namespace }), cluster, user };
}

function entryOf<Entry extends { name: string }>(
  entries: readonly Entry[] | undefined,
  name: string,
  what: string,
  path: string,
): Entry {
  const found = entries?.find((entry) => entry.name === name);
  if (found) return found;
  const known = (entries ?? []).map((entry) => entry.name).join(", ");
  throw new Error(`kubeconfig ${path} has no ${what} "${name}"; it has: ${known || "none"}`);
}

function originOf(kubeconfig: string | undefined): Pick<Kubeconfig, "text" | "path"> {
  const path = expandHome(kubeconfig || process.env["KUBECONFIG"] || "~/.kube/config");
  if (kubeconfig && !existsSync(path)) return { text: kubeconfig };
  return { path, text: readFileSync(path, "utf8") };
}

/** A file for programs that take no other form of kubeconfig; one made for that is removed with the process. */
export function fileOf({ path, text }: Kubeconfig): string {
  if (path !== undefined) return path;
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kubernetes-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, "kubeconfig");
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

/** Contents of an entry given as base64 `data` or as a path relative to the kubeconfig. */
export function material(
  { path: file }: Kubeconfig,
  data: string | undefined,
  path: string | undefined,
): Buffer | undefined {
  if (data) return Buffer.from(data, "base64");
  return path ? readFileSync(resolve(file === undefined ? "." : dirname(file), path)) : undefined;
}
