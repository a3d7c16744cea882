import * as pulumi from "@pulumi/pulumi";
import { Artifacts, type ArtifactsArgs } from "./artifacts";
import { Authority } from "./authority";
import type { ClusterNetwork, ClusterNodes } from "./cluster";
import type { Size } from "./fields";
import type { Labels } from "./names";
import { Namespace, type NamespaceArgs } from "./namespace";
import type { Placement } from "./placement";
import { OwnedSecret } from "./secret";

/** A value that the stack file keeps encrypted under this name. */
export interface SecretReference {
  readonly secret: string;
}

export interface SiteArgs {
  /** Name of the system; its objects carry it as `app.kubernetes.io/part-of`. */
  readonly system: string;
  /** Host under which the system is served, where a part names no other. */
  readonly domain: string;
  readonly size: Size;
  /** Name of the namespace, by default the system's, and further labels of it. */
  readonly namespace: { readonly name?: string | undefined; readonly labels: Labels };
  /** Further labels of every object and selector of the system. */
  readonly labels: Labels;
  /** Refuse to delete stores, and keep their data whatever happens to the program. */
  readonly protect: boolean;
  readonly artifacts: ArtifactsArgs & { readonly pullSecret?: SecretReference | undefined };
  readonly cluster: ClusterNetwork & ClusterNodes;
  /** The encrypted keys of the stack file. */
  readonly secrets: (name: string) => pulumi.Output<string>;
}

/** Where a system lives, and what all its parts share: namespace, mirrors, certificate authority, secrets. */
export class Site extends pulumi.ComponentResource {
  readonly namespace: Namespace;
  readonly artifacts: Artifacts;
  readonly authority: Authority;
  /** Whether parts run in several copies, so that losing a node loses nothing. */
  readonly redundant: boolean;
  readonly protect: boolean;
  readonly network: ClusterNetwork;
  readonly nodes: ClusterNodes;
  readonly system: string;
  readonly domain: string;
  /** Names of the Secrets with which pods pull their images. */
  readonly pullSecrets: readonly pulumi.Output<string>[];
  private readonly args: SiteArgs;
  private readonly namespaces = new Map<string, Namespace>();
  private readonly onceMade = new Map<string, unknown>();

  constructor(name: string, args: SiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Site", name, {}, opts);
    this.args = args;
    this.system = args.system;
    this.domain = args.domain;
    this.redundant = args.size !== "dev";
    this.protect = args.protect;
    this.network = args.cluster;
    this.nodes = args.cluster;
    this.artifacts = new Artifacts(args.artifacts);
    this.authority = new Authority("authority", { system: args.system }, { parent: this });
    this.namespace = this.addNamespace(
      "platform",
      { name: args.namespace.name ?? args.system, labels: args.namespace.labels, common: args.labels },
      { parent: this },
    );
    this.pullSecrets = this.makePullSecret(args.artifacts.pullSecret);
    this.registerOutputs({});
  }

  /** A namespace of a third-party part. */
  addNamespace(
    name: string,
    args: Omit<NamespaceArgs, "system" | "network">,
    opts: pulumi.ComponentResourceOptions,
  ): Namespace {
    const namespace = new Namespace(name, { ...args, system: this.system, network: this.network }, opts);
    this.namespaces.set(args.name, namespace);
    return namespace;
  }

  /** The namespace of this name, which a part has added before. */
  namespaceOf(name: string): Namespace {
    const namespace = this.namespaces.get(name);
    if (!namespace) throw new pulumi.ResourceError(`No part has made the namespace "${name}".`, this);
    return namespace;
  }

  /** Where every pod of the system may run. */
  get placement(): Placement {
    const { architecture, tolerations } = this.nodes;
    return { ...(architecture && { nodeSelector: { "kubernetes.io/arch": architecture } }), tolerations };
  }

  labels(name: string, component: string): Labels {
    return this.namespace.labels(name, component);
  }

  secret({ secret }: SecretReference): pulumi.Output<string> {
    return this.args.secrets(secret);
  }

  private makePullSecret(reference: SecretReference | undefined): pulumi.Output<string>[] {
    if (!reference) return [];
    const given = { ".dockerconfigjson": this.secret(reference) };
    const type = "kubernetes.io/dockerconfigjson";
    return [new OwnedSecret("pull-secret", { namespace: this.namespace, given, type }, { parent: this }).secretName];
  }

  /** Makes what several parts need once, an operator for instance: the first who asks makes it. */
  once<T>(key: string, make: () => T): T {
    if (!this.onceMade.has(key)) this.onceMade.set(key, make());
    return this.onceMade.get(key) as T;
  }
}
