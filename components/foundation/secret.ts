import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Credentials } from "./connection";
import type { Mount } from "./container";
import type { Namespace } from "./namespace";

type Values = Readonly<Record<string, pulumi.Output<string>>>;

export interface SecretArgs {
  readonly namespace: Namespace;
  /** Keys to generate: 32 letters and digits each, about 190 bits, safe in any URL or configuration file. @default none */
  readonly generate?: readonly string[];
  /** Values that are known, a user name for instance. @default none */
  readonly given?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Files made of the values, for servers that read their credentials in a format of their own. @default none */
  readonly derived?: (values: Values) => Values;
  /** Kubernetes Secret type. @default "Opaque" */
  readonly type?: string;
  /** Name of the Secret, for charts that must be told it before it exists. @default the resource's name with a suffix */
  readonly fixedName?: string;
}

/**
 * A Secret of ours: values are generated once, or given, and kept in the encrypted state. Its name carries a suffix: a changed value is a new
 * Secret, so the pods that use it are rolled.
 */
export class OwnedSecret extends pulumi.ComponentResource {
  /** Name of the Kubernetes Secret. */
  readonly secretName: pulumi.Output<string>;
  /** Another one whenever a value has changed, also where the name is fixed: pods that name it are rolled. */
  readonly version: pulumi.Output<string>;
  readonly values: Values;

  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:OwnedSecret", name, {}, opts);
    const own = { parent: this };
    const generate = (key: string) =>
      new random.RandomPassword(`${name}-${key}`, { length: 32, special: false }, own).result;
    const given = Object.entries(args.given ?? {}).map(([key, value]) => [key, pulumi.output(value)] as const);

    this.values = Object.fromEntries([...(args.generate ?? []).map((key) => [key, generate(key)] as const), ...given]);
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: {
          ...(args.fixedName && { name: args.fixedName }),
          namespace: args.namespace.reference,
          labels: args.namespace.labels(args.fixedName ?? name, "secret"),
        },
        type: args.type ?? "Opaque",
        stringData: { ...this.values, ...args.derived?.(this.values) },
      },
      own,
    );
    this.secretName = secret.metadata.name;
    this.version = secret.metadata.uid;
    this.registerOutputs({ secretName: this.secretName });
  }

  /** One value, marked secret, for the few places that need the value itself. */
  value(key: string): pulumi.Output<string> {
    const value = this.values[key];
    if (!value)
      throw new pulumi.ResourceError(
        `There is no key "${key}" in this secret; its keys are ${Object.keys(this.values).join(", ")}.`,
        this,
      );
    return value;
  }

  /** What a client gets of it. */
  credentials(...keys: readonly string[]): Credentials {
    return { secretName: this.secretName, keys, values: this.values };
  }

  /** All keys as files in a folder. */
  at(path: string): Mount {
    return { name: "credentials", path, source: { secret: { secretName: this.secretName, defaultMode: 0o440 } } };
  }
}
