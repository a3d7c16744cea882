import { appVersion, either, fullname, namespace, releaseName, value } from "../expressions.ts";
import { pins } from "../pins.ts";
import type { StandIn, Workload } from "../stand-in.ts";

const labels = {
  "app.kubernetes.io/name": "traefik",
  "app.kubernetes.io/instance": `${releaseName}-${namespace}`,
};

const workload: Workload = {
  kind: "Deployment",
  name: fullname,
  labels,
  containers: [
    {
      name: "traefik",
      image: `docker.io/traefik:${appVersion}`,
      resources: "resources",
      ports: {
        web: "ports.web.port",
        websecure: "ports.websecure.port",
        traefik: "ports.traefik.port",
        metrics: "ports.metrics.port",
      },
    },
  ],
  values: {
    replicas: "deployment.replicas",
    autoscaledWhen: "autoscaling.enabled",
    nodeSelector: "nodeSelector",
    tolerations: "tolerations",
    affinity: "affinity",
    topologySpreadConstraints: "topologySpreadConstraints",
    priorityClassName: "priorityClassName",
    disruptionBudget: "podDisruptionBudget",
    disruptionBudgetWhen: "podDisruptionBudget.enabled",
  },
  services: [
    {
      name: fullname,
      when: ["service.enabled"],
      type: value("service.spec.type"),
      annotations: "service.annotations",
      externalTrafficPolicy: "service.spec.externalTrafficPolicy",
      ports: { web: "ports.web.exposedPort", websecure: "ports.websecure.exposedPort" },
    },
    {
      name: `${fullname}-metrics`,
      when: ["metrics.prometheus.service.enabled"],
      ports: { metrics: "ports.metrics.exposedPort" },
    },
  ],
};

export const traefik: StandIn = {
  pin: pins.traefik,
  writtenFor: "41.3.0",
  appVersion: "v3.7.11",
  definitions: {
    module: "github.com/traefik/traefik/v3",
    version: "v3.7.11",
    folder: "docs/content/reference/dynamic-configuration",
    files: /^traefik\.io_.*\.yaml$/,
  },
  layout: { kind: "crds-folder" },
  values: {
    deployment: { replicas: 1 },
    service: { enabled: true, annotations: {}, spec: { type: "LoadBalancer" } },
    ports: {
      traefik: { port: 8080 },
      web: { port: 8000, exposedPort: 80 },
      websecure: { port: 8443, exposedPort: 443 },
      metrics: { port: 9100, exposedPort: 9100 },
    },
    ingressClass: { enabled: true, isDefaultClass: true },
  },
  workloads: [workload],
  objects: [
    {
      when: ["ingressClass.enabled"],
      manifest: {
        apiVersion: "networking.k8s.io/v1",
        kind: "IngressClass",
        metadata: {
          name: fullname,
          annotations: {
            "ingressclass.kubernetes.io/is-default-class": either("ingressClass.isDefaultClass", "true", "false"),
          },
        },
        spec: { controller: "traefik.io/ingress-controller" },
      },
    },
    {
      when: ["autoscaling.enabled"],
      manifest: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: fullname, namespace },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: fullname },
          minReplicas: value("autoscaling.minReplicas"),
          maxReplicas: value("autoscaling.maxReplicas"),
          metrics: value("autoscaling.metrics"),
        },
      },
    },
    {
      when: ["metrics.prometheus.serviceMonitor.enabled"],
      manifest: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { name: fullname, namespace },
        spec: { selector: { matchLabels: labels }, endpoints: [{ port: "metrics", path: "/metrics" }] },
      },
    },
  ],
};
