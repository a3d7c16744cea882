import type { Recorded } from "./mocks";

/** Kubernetes objects as tests read them: only the fields that some test asks for. */

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly EnvironmentVariable[];
  readonly resources: { readonly requests: Quantities; readonly limits: Quantities };
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
  readonly securityContext: object;
  readonly volumeMounts: readonly VolumeMount[];
}

type Quantities = Readonly<Record<string, string>>;

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

export interface PodSpec {
  readonly restartPolicy?: string;
  readonly securityContext: object;
  readonly containers: readonly [Container, ...Container[]];
  readonly volumes: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
}

export interface KubernetesObject<Spec = Readonly<Record<string, unknown>>> {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
}

export interface WorkloadSpec {
  readonly replicas: number;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly strategy: object;
  readonly template: {
    readonly metadata: KubernetesObject["metadata"];
    readonly spec: PodSpec;
  };
}

export interface ServiceSpec {
  readonly type: string;
  readonly clusterIP?: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string | number }[];
}

/** The object of a kind with this name, as it was rendered. */
export function object<Spec = Readonly<Record<string, unknown>>>(
  recorded: Recorded,
  kind: string,
  name: string,
): KubernetesObject<Spec> {
  return recorded.object(kind, name).inputs as unknown as KubernetesObject<Spec>;
}

/** Every object of these kinds in a namespace. */
export function objectsIn<Spec = Readonly<Record<string, unknown>>>(
  recorded: Recorded,
  namespace: string,
  ...kinds: string[]
): KubernetesObject<Spec>[] {
  return kinds
    .flatMap((kind) => recorded.ofType(kind))
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as unknown as KubernetesObject<Spec>)
    .filter(({ metadata }) => metadata.namespace === namespace);
}

/** A container's variables: their texts, or where they come from as `<secret>/<key>`. */
export function variables({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const { secretKeyRef } = valueFrom ?? {};
      return [name, secretKeyRef ? `${secretKeyRef.name}/${secretKeyRef.key}` : (value ?? "")];
    }),
  );
}
