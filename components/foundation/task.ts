import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Connection, withConnections } from "./connection";
import type { Container } from "./container";
import type { Labels } from "./names";
import type { Member } from "./network";
import type { Placement } from "./placement";
import { podAnnotations, podSpec, type Reasons } from "./pod";
import type { Site } from "./site";

export interface TaskArgs extends Omit<Container, "name" | "probes" | "ports"> {
  readonly site: Site;
  readonly component: string;
  readonly labels?: Labels | undefined;
  readonly user: number;
  readonly uses?: readonly Connection[];
  readonly reasons?: Reasons | undefined;
  readonly placement?: Placement | undefined;
  /** Time for all attempts, in seconds. */
  readonly deadlineSeconds: number;
}

export interface ScheduledTaskArgs extends TaskArgs {
  /** Five fields of cron, in the time zone of the control plane: UTC nearly everywhere. */
  readonly schedule: string;
}

const ATTEMPTS = 3;
/** A run that could not start in time, because the one before went on for instance, is left out. In seconds. */
const LATEST_START_SECONDS = 600;

/** What every task has around its pods, and the pods themselves: hardened, and closed but for what they use. */
abstract class BaseTask extends pulumi.ComponentResource {
  readonly member: Member;
  protected readonly metadata: k8s.types.input.meta.v1.ObjectMeta;
  private readonly account: k8s.core.v1.ServiceAccount;

  protected constructor(type: string, name: string, args: TaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    const { namespace } = args.site;
    const labels = { ...namespace.labels(name, args.component), ...args.labels };
    this.metadata = { namespace: namespace.reference, labels };
    this.member = {
      name,
      peer: { namespace: namespace.name, labels: { ...namespace.selector(name), ...args.labels } },
      uses: args.uses ?? [],
    };
    this.account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata: { ...this.metadata, name }, automountServiceAccountToken: false },
      { parent: this, dependsOn: [namespace] },
    );
  }

  protected jobSpec(args: TaskArgs): k8s.types.input.batch.v1.JobSpec {
    const { site, uses = [] } = args;
    const { name, peer } = this.member;
    const shutdown = { drainSeconds: 30 };
    const pod = podSpec({
      ...args,
      containers: [withConnections({ ...args, name }, uses)],
      serviceAccount: name,
      selector: peer.labels ?? {},
      shutdown,
      pullSecrets: site.pullSecrets,
      cluster: site.placement,
    });
    return {
      backoffLimit: ATTEMPTS - 1,
      activeDeadlineSeconds: args.deadlineSeconds,
      template: {
        metadata: { labels: this.metadata.labels ?? {}, annotations: podAnnotations({ ...args, shutdown }) },
        spec: { ...pod, restartPolicy: "Never" },
      },
    };
  }

  /** Options of the object that starts pods: after the namespace and everything the task uses. */
  protected startOrder({ site, uses = [] }: TaskArgs): pulumi.CustomResourceOptions {
    return { parent: this, dependsOn: [site.namespace, this.account, ...uses.flatMap(({ ready }) => ready)] };
  }
}

/**
 * A Job that a deployment waits for, schema migrations for instance. Its name carries a suffix: any change is a new Job, and the old
 * one is removed afterwards.
 */
export class Task extends BaseTask {
  constructor(name: string, args: TaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Task", name, args, opts);
    new k8s.batch.v1.Job(name, { metadata: this.metadata, spec: this.jobSpec(args) }, this.startOrder(args));
    this.registerOutputs({});
  }
}

/** Work that comes back: a CronJob, of which one run at most is on at any time. */
export class ScheduledTask extends BaseTask {
  constructor(name: string, args: ScheduledTaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:ScheduledTask", name, args, opts);
    new k8s.batch.v1.CronJob(
      name,
      {
        metadata: { ...this.metadata, name },
        spec: {
          schedule: args.schedule,
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: LATEST_START_SECONDS,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 1,
          jobTemplate: { metadata: { labels: this.metadata.labels ?? {} }, spec: this.jobSpec(args) },
        },
      },
      this.startOrder(args),
    );
    this.registerOutputs({});
  }
}
