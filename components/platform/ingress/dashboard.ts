import type { IIngressRoute } from "@kubernetes-models/traefik/traefik.io/v1alpha1/IngressRoute";
import type * as pulumi from "@pulumi/pulumi";
import { customResource, type Namespace } from "../../foundation";

export const DASHBOARD_HOST = "traefik.localhost";
export const DASHBOARD_PORT = 8080;

/** Traefik's dashboard at a host that only this machine resolves. */
export function dashboardRoute(name: string, namespace: Namespace, opts: pulumi.CustomResourceOptions): void {
  customResource<IIngressRoute>(
    `${name}-dashboard`,
    {
      apiVersion: "traefik.io/v1alpha1",
      kind: "IngressRoute",
      metadata: {
        name: "dashboard",
        namespace: namespace.reference,
        labels: namespace.labels("dashboard", "route"),
      },
      spec: {
        entryPoints: ["websecure"],
        routes: [
          {
            kind: "Rule",
            match: `Host(\`${DASHBOARD_HOST}\`)`,
            services: [{ name: "api@internal", kind: "TraefikService" }],
          },
        ],
        tls: {},
      },
    },
    opts,
  );
}
