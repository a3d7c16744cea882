import { appVersion, fullname, namespace, releaseName } from "../expressions.ts";
import { pins } from "../pins.ts";
import type { StandIn } from "../stand-in.ts";

const labels = { "app.kubernetes.io/name": "cloudnative-pg", "app.kubernetes.io/instance": releaseName };

export const cloudnativePg: StandIn = {
  pin: pins.cloudnativePg,
  writtenFor: "0.29.0",
  appVersion: "1.30.0",
  definitions: {
    module: "github.com/cloudnative-pg/cloudnative-pg",
    version: "v1.30.0",
    folder: "config/crd/bases",
    files: /\.yaml$/,
  },
  layout: { kind: "templates", when: "crds.create", keep: true },
  values: { crds: { create: true }, replicaCount: 1 },
  workloads: [
    {
      kind: "Deployment",
      name: fullname,
      labels,
      userId: 10001,
      containers: [
        {
          name: "manager",
          image: `ghcr.io/cloudnative-pg/cloudnative-pg:${appVersion}`,
          resources: "resources",
          ports: { metrics: 8080, "webhook-server": 9443 },
        },
      ],
      values: {
        replicas: "replicaCount",
        nodeSelector: "nodeSelector",
        tolerations: "tolerations",
        affinity: "affinity",
        topologySpreadConstraints: "topologySpreadConstraints",
        priorityClassName: "priorityClassName",
      },
      services: [{ name: "cnpg-webhook-service", ports: { "webhook-server": 443 } }],
    },
  ],
  objects: [
    {
      when: ["monitoring.podMonitorEnabled"],
      manifest: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name: fullname, namespace },
        spec: { selector: { matchLabels: labels }, podMetricsEndpoints: [{ port: "metrics" }] },
      },
    },
  ],
};
