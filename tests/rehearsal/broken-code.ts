// Written without the program's own parts, so that it stays what it is when those change.

/** A Job whose pod fails, in code that a developer could append to the program: it meets every policy. */
export const failingJob = `
import * as broken from "@pulumi/kubernetes";
const labels = Object.fromEntries(
  ["name", "instance", "component", "part-of", "managed-by"].map((label) => ["app.kubernetes.io/" + label, "doomed"]),
);
new broken.batch.v1.Job("doomed", {
  metadata: { namespace: "ai-platform", labels },
  spec: {
    backoffLimit: 0,
    template: {
      metadata: { labels: { ...labels, "rehearsal.ai-platform/fails": "true" } },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [{
          name: "doomed",
          image: "registry.example.com/doomed:1.0.0",
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "40m", memory: "16Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        }],
      },
    },
  },
}, { provider: (cluster.providers as { kubernetes: broken.Provider }).kubernetes });
`;

/** A workload that breaks several policies. */
export const rootPod = `
import * as careless from "@pulumi/kubernetes";
new careless.apps.v1.Deployment("careless", {
  metadata: { namespace: "ai-platform" },
  spec: {
    selector: { matchLabels: { app: "careless" } },
    template: {
      metadata: { labels: { app: "careless" } },
      spec: { containers: [{ name: "careless", image: "registry.example.com/careless:latest" }] },
    },
  },
}, { provider: (cluster.providers as { kubernetes: careless.Provider }).kubernetes });
`;
