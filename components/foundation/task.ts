import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Connection, openConnection, withConnections } from "./connection";
import type { Container } from "./container";
import { labels, selectorLabels } from "./names";
import type { Namespace } from "./namespace";
import { podAnnotations, podSpec } from "./pod";

export interface TaskArgs extends Omit<Container, "name" | "probes" | "ports"> {
  readonly namespace: Namespace;
  readonly component: string;
  readonly user: number;
  readonly uses?: readonly Connection[];
  /** Attempts before the deployment fails. @default 3 */
  readonly attempts?: number;
  /** Time for all attempts, in seconds. */
  readonly deadlineSeconds: number;
}

/**
 * A Job that a deployment waits for, schema migrations for instance. Its name carries a suffix: any change is a new Job, and the old
 * one is removed afterwards.
 */
export class Task extends pulumi.ComponentResource {
  constructor(name: string, args: TaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Task", name, {}, opts);
    const { namespace, component, uses = [], attempts = 3, deadlineSeconds, ...container } = args;
    const inside = { parent: this, dependsOn: [namespace] };
    const selector = selectorLabels(name);
    const metadata = { namespace: namespace.reference, labels: labels(name, component) };
    const shutdown = { drainSeconds: 30 };

    const account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata: { ...metadata, name }, automountServiceAccountToken: false },
      inside,
    );
    for (const use of uses)
      openConnection({ name, peer: { namespace: namespace.name, labels: selector } }, use, inside);
    new k8s.batch.v1.Job(
      name,
      {
        metadata,
        spec: {
          backoffLimit: attempts - 1,
          activeDeadlineSeconds: deadlineSeconds,
          template: {
            metadata: { labels: labels(name, component), annotations: podAnnotations({ shutdown }) },
            spec: {
              ...podSpec({
                containers: [withConnections({ ...container, name }, uses)],
                user: args.user,
                serviceAccount: name,
                selector,
                shutdown,
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
