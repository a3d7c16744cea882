import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Container, kubernetesContainer, type Mount } from "./container";
import { DRAIN_ANNOTATION, exempt, type Labels, SECRET_VARIABLES_ANNOTATION, TOKEN_REASON_ANNOTATION } from "./names";
import { bothPlacements, type Placement, spreadOver } from "./placement";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** How a pod leaves: preStop runs first, then SIGTERM, then at most `drainSeconds` until it is killed. */
export interface Shutdown {
  /** Path on a named port that answers once the process has finished its work, called before SIGTERM. @default a plain pause */
  readonly drainRequest?: { readonly path: string; readonly port: string };
  /** Time to finish accepted work after preStop, in seconds. */
  readonly drainSeconds: number;
  /** Pause before SIGTERM in seconds, for load balancers to forget the pod. @default 5 */
  readonly preStopSeconds?: number;
}

/** Why a pod deviates from what is usual; each reason is an annotation that the policy pack reads. */
export interface Reasons {
  /** What the pod needs the Kubernetes API for, which mounts the service account's token. @default no token */
  readonly token?: string | undefined;
  /** Why secrets arrive as variables. @default they arrive as files */
  readonly secretVariables?: string | undefined;
  /** Why the pod has no probes. @default it has */
  readonly noProbes?: string | undefined;
}

export interface PodArgs {
  readonly containers: readonly Container[];
  /** Numeric user of all processes; root is refused. */
  readonly user: number;
  /** Numeric group, which also owns the volumes. @default the user's number */
  readonly group?: number | undefined;
  readonly serviceAccount: pulumi.Input<string>;
  readonly selector: Labels;
  readonly shutdown: Shutdown;
  readonly reasons?: Reasons | undefined;
  /** Secrets with the credentials of image registries. @default none */
  readonly pullSecrets?: readonly pulumi.Input<string>[];
  /** Where every pod of the system may run. */
  readonly cluster: Placement;
  /** Where this one may run beyond that. @default nowhere else */
  readonly placement?: Placement | undefined;
}

/** Seconds between the end of a drain and the kill, for processes to close their sockets. */
const SHUTDOWN_MARGIN_SECONDS = 15;

/**
 * A pod that meets the Pod Security `restricted` profile and then some: non-root, read-only root file system, no capabilities,
 * RuntimeDefault seccomp, no API token unless there is a reason for one, spread over zones and nodes.
 */
export function podSpec(args: PodArgs): PodSpec {
  const { containers, user, group = user, selector, shutdown, reasons = {}, pullSecrets = [] } = args;
  if (user === 0)
    throw new Error("A workload cannot run as root (user 0): use the numeric user of its image, for example 10001.");
  const { drainSeconds, preStopSeconds = 5 } = shutdown;
  return {
    ...bothPlacements(args.cluster, args.placement),
    serviceAccountName: args.serviceAccount,
    automountServiceAccountToken: reasons.token !== undefined,
    enableServiceLinks: false,
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    terminationGracePeriodSeconds: preStopSeconds + drainSeconds + SHUTDOWN_MARGIN_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: group,
      fsGroup: group,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: spreadOver(selector),
    containers: containers.map((container, index) => kubernetesContainer(container, preStop(shutdown, index))),
    volumes: volumes(containers.flatMap((container) => container.mounts ?? [])),
  };
}

/** Annotations of the pod template, for policies: the drain time to hold the grace period against, and the reasons. */
export function podAnnotations({ shutdown, reasons = {} }: Pick<PodArgs, "shutdown" | "reasons">) {
  return {
    [DRAIN_ANNOTATION]: String(shutdown.drainSeconds),
    ...(reasons.token !== undefined && { [TOKEN_REASON_ANNOTATION]: reasons.token }),
    ...(reasons.secretVariables !== undefined && { [SECRET_VARIABLES_ANNOTATION]: reasons.secretVariables }),
    ...(reasons.noProbes !== undefined && exempt("workloads-have-probes", reasons.noProbes)),
  };
}

/** The first container is the workload itself; only it can be asked to drain, its sidecars wait for it. */
function preStop({ drainRequest, preStopSeconds = 5 }: Shutdown, index: number) {
  return drainRequest && index === 0 ? { httpGet: drainRequest } : { sleep: { seconds: preStopSeconds } };
}

/** One pod volume per name, however many containers mount it; claims are left to Kubernetes. */
function volumes(mounts: readonly Mount[]) {
  const bySource = new Map(mounts.flatMap(({ name, source }) => (source ? [[name, source] as const] : [])));
  return [...bySource].map(([name, source]) => ({ name, ...source }));
}
