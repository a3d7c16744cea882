/** A Job whose pod fails, in code that a developer could append to the program. */
export const failingJob = `
import * as broken from "@pulumi/kubernetes";
import { labels, podSpec } from "./components/foundation";
const doomed = { name: "doomed", image: "registry.example.com/doomed:1.0.0", resources: { cpu: "10m", memoryMiB: 16 } };
new broken.batch.v1.Job("doomed", {
  metadata: { namespace: namespace.reference, labels: labels("doomed", "test") },
  spec: {
    backoffLimit: 0,
    template: {
      metadata: { labels: { ...labels("doomed", "test"), "rehearsal.ai-platform/fails": "true" } },
      spec: {
        ...podSpec({ containers: [doomed], user: 1000, serviceAccount: "default", selector: {}, shutdown: { drainSeconds: 1 } }),
        restartPolicy: "Never",
      },
    },
  },
}, { provider: (cluster.providers as { kubernetes: broken.Provider }).kubernetes });
`;

/** A workload that breaks several policies. */
export const rootPod = `
import * as careless from "@pulumi/kubernetes";
new careless.apps.v1.Deployment("careless", {
  metadata: { namespace: namespace.reference },
  spec: {
    selector: { matchLabels: { app: "careless" } },
    template: {
      metadata: { labels: { app: "careless" } },
      spec: { containers: [{ name: "careless", image: "registry.example.com/careless:latest" }] },
    },
  },
}, { provider: (cluster.providers as { kubernetes: careless.Provider }).kubernetes });
`;
