import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Namespace, reachKubernetesApi, release, serveKubernetesApi, type Site } from "../../foundation";
import { charts } from "../../versions";
import { buildOperatorValues } from "./values";

const NAMESPACE = "cnpg-system";
const WEBHOOK_PORT = 9443;
export const OPERATOR = { name: "cnpg", peer: { namespace: NAMESPACE } } as const;

/** CloudNativePG's operator, which all clusters of a stack share. */
export class PostgresOperator extends pulumi.ComponentResource {
  readonly namespace: Namespace;
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, { site }: { readonly site: Site }, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:stores:PostgresOperator", name, {}, opts);
    const own = { parent: this };
    this.namespace = site.addNamespace(
      name,
      { name: NAMESPACE, access: [reachKubernetesApi(site.network), serveKubernetesApi(WEBHOOK_PORT)] },
      own,
    );
    this.release = release(
      name,
      {
        chart: site.artifacts.chart(charts.cloudnativePg),
        namespace: this.namespace,
        releaseName: "cnpg",
        values: buildOperatorValues(site),
      },
      { ...own, dependsOn: [this.namespace] },
    );
    this.registerOutputs({});
  }
}
