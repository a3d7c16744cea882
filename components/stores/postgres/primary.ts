import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PostgresArgs } from "./cluster";
import { POSTGRES_PORT } from "./databases";

/** Role that the operator writes on the pod of the primary, and moves at a failover. */
const PRIMARY = { "cnpg.io/instanceRole": "primary" } as const;

/** A Service under a name of the system's own that leads to the primary, as the operator's own Services do under theirs. */
export function primaryService(
  serviceName: string,
  cluster: string,
  { site, labels }: PostgresArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  const { namespace } = site;
  return new k8s.core.v1.Service(
    serviceName,
    {
      metadata: {
        name: serviceName,
        namespace: namespace.reference,
        labels: { ...namespace.labels(serviceName, "database"), ...labels },
      },
      spec: {
        type: "ClusterIP",
        selector: { ...namespace.common, ...labels, "cnpg.io/cluster": cluster, ...PRIMARY },
        ports: [{ name: "postgres", port: POSTGRES_PORT, targetPort: POSTGRES_PORT, protocol: "TCP" }],
      },
    },
    opts,
  );
}
