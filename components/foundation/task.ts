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

const ATTEMPTS = 3;

/**
 * A Job that a deployment waits for, schema migrations for instance. Its name carries a suffix: any change is a new Job, and the old
 * one is removed afterwards.
 */
export class Task extends pulumi.ComponentResource {
  readonly member: Member;

  constructor(name: string, args: TaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Task", name, {}, opts);
    const { site, component, uses = [] } = args;
    const { namespace } = site;
    const selector = { ...namespace.selector(name), ...args.labels };
    const labels = { ...namespace.labels(name, component), ...args.labels };
    const metadata = { namespace: namespace.reference, labels };
    const shutdown = { drainSeconds: 30 };
    this.member = { name, peer: { namespace: namespace.name, labels: selector }, uses };

    const account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata: { ...metadata, name }, automountServiceAccountToken: false },
      { parent: this, dependsOn: [namespace] },
    );
    new k8s.batch.v1.Job(
      name,
      {
        metadata,
        spec: {
          backoffLimit: ATTEMPTS - 1,
          activeDeadlineSeconds: args.deadlineSeconds,
          template: {
            metadata: { labels, annotations: podAnnotations({ ...args, shutdown }) },
            spec: {
              ...podSpec({
                ...args,
                containers: [withConnections({ ...args, name }, uses)],
                serviceAccount: name,
                selector,
                shutdown,
                pullSecrets: site.pullSecrets,
                cluster: site.placement,
              }),
              restartPolicy: "Never",
            },
          },
        },
      },
      { parent: this, dependsOn: [namespace, account, ...uses.flatMap(({ ready }) => ready)] },
    );
    this.registerOutputs({});
  }
}
