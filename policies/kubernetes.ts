import { Field } from "./field";

/** What the engine tells a policy about a resource, as far as the rules need it. */
export interface Declaration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs, with `unknown` in every place whose value a preview does not know. */
  readonly props: unknown;
  readonly opts: { readonly protect: boolean };
}

/** A Kubernetes object as the program declares it: inputs, never what the cluster made of them. */
export class KubernetesObject {
  readonly urn: string;
  /** API group without version: `apps`, `core`, `helm.sh`, `keda.sh`. */
  readonly group: string;
  readonly kind: string;
  /** Name of the Pulumi resource, the last part of its URN. */
  readonly logicalName: string;
  /** The value of the `protect` option, as a field so that a violation can name it. */
  readonly protect: Field<KubernetesObject>;
  private readonly root: Field<KubernetesObject>;

  private constructor({ urn, type, name, props, opts }: Declaration) {
    const [, groupVersion = "", kind = ""] = type.split(":");
    this.urn = urn;
    this.group = groupVersion.replace(/\/[^/]*$/, "");
    this.kind = kind;
    this.logicalName = name;
    this.root = new Field<KubernetesObject>(this, "", props);
    this.protect = new Field<KubernetesObject>(this, "options.protect", opts.protect);
  }

  /** The object behind a resource, or nothing for resources that are not Kubernetes objects. */
  static of(declaration: Declaration): KubernetesObject | undefined {
    return /^kubernetes:[^:]+\/[^:]+:[^:]+$/.test(declaration.type) ? new KubernetesObject(declaration) : undefined;
  }

  at(...keys: readonly string[]): Field<KubernetesObject> {
    return this.root.at(...keys);
  }

  is(group: string, ...kinds: readonly string[]): boolean {
    return this.group === group && kinds.includes(this.kind);
  }

  /** A Release has its name and namespace beside its values, all others in their metadata. */
  get name(): string | undefined {
    return (this.isRelease ? this.at("name") : this.at("metadata", "name")).text;
  }

  get namespace(): Field<KubernetesObject> {
    return this.isRelease ? this.at("namespace") : this.at("metadata", "namespace");
  }

  /** Whether it is in this namespace, or may turn out to be when a preview does not know. */
  isIn(namespace: Field<KubernetesObject>): boolean {
    return this.namespace.unknown || namespace.unknown || this.namespace.value === namespace.value;
  }

  get isRelease(): boolean {
    return this.is("helm.sh", "Release");
  }

  /** `Deployment ai-platform/backend`; the Pulumi name stands in for a name that is not known yet. */
  get title(): string {
    const name = this.name ?? this.logicalName;
    return `${this.kind} ${this.namespace.text ? `${this.namespace.text}/` : ""}${name}`;
  }
}

export type KubernetesField = Field<KubernetesObject>;
