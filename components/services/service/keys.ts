import { z } from "zod";
import {
  absolutePath,
  count,
  dnsLabel,
  hostname,
  image,
  labelSet,
  partLabels,
  quantity,
  resources,
  secretReference,
  storageClass,
  toleration,
  uses,
} from "../../foundation/fields";
import { portName, portNumber, probes, sidecar, variableName, words } from "./container-keys";
import { objectiveKeys } from "./objective-keys";
import { scaleKeys } from "./scale-keys";

const variable = z.union(
  [
    z.string(),
    z.strictObject({
      from: z.string().describe("A part it uses, by its prefix."),
      key: z.enum(["url", "username", "password", "database"]).default("url"),
    }),
    secretReference,
  ],
  { error: "a text, { from: <a part it uses>, key: url | username | password | database }, or { secret: <name> }" },
);

const metricName = z
  .string()
  .regex(/^(?!.*_(bucket|count|sum)$)[a-zA-Z_:][\w:]*$/, "the name of a metric, without _bucket, _count or _sum");

const claim = z.strictObject({
  path: absolutePath.describe("Folder in the container."),
  size: quantity.describe("Size; a larger one grows the volume in place where the storage class can."),
  access: z
    .enum(["ReadWriteOnce", "ReadWriteMany"])
    .default("ReadWriteOnce")
    .describe("`ReadWriteMany` for a volume that several pods share; few storage classes can."),
  storageClass,
});

const route = z.strictObject({
  host: hostname.optional().describe("Host. Default: the stack's domain."),
  path: absolutePath.default("/").describe("Path prefix that is public."),
  port: portName.optional().describe("Name of the port that answers. Default: the first."),
  through: z
    .array(z.string())
    .default(["cors-headers", "rate-limit", "security-headers"])
    .describe("Middlewares of the edge, in the order in which a request passes them."),
});

export const serviceKeys = z.strictObject({
  image: image.describe("Image with its registry and an exact version."),
  command: words.optional().describe("Replaces the image's entry point."),
  args: words.optional().describe("Arguments of the entry point."),
  port: portNumber.optional().describe("The port it listens on, named `http`: short for `ports: { http: ... }`."),
  ports: z.record(portName, portNumber).default({}).describe("Ports by name."),
  user: count(1, 2_147_483_647).default(10001).describe("Numeric user of its processes; never root."),
  group: count(0, 2_147_483_647)
    .optional()
    .describe("Numeric group, which also owns its volumes. Default: the user's number."),
  replicas: count(0, 1000).optional().describe("Fixed number of pods. Default: 1, or what `scale` says."),
  resources: resources.describe("Requests and limits."),
  probes: probes.optional().describe("How Kubernetes sees its state. Required for a service with ports."),
  sidecars: z.record(dnsLabel, sidecar).default({}).describe("Containers beside its own, by name."),
  uses,
  environment: z
    .record(variableName, variable)
    .default({})
    .describe(
      "Variables. A name that ends in _FILE gets a secret as a file and holds its path; any other name holds the secret itself, which `secretVariables` must give a reason for.",
    ),
  secretVariables: z
    .string()
    .min(10)
    .optional()
    .describe("Why secrets arrive as variables, which child processes inherit and crash reports show."),
  secretName: dnsLabel.optional().describe("Name of the Secret with its secret variables, where a system fixes it."),
  files: z
    .record(absolutePath, z.union([z.string(), secretReference], { error: "a text, or { secret: <name> }" }))
    .default({})
    .describe("Files by path: a text, or an encrypted key of the stack file."),
  claims: z.record(dnsLabel, claim).default({}).describe("Volumes that outlive its pods, by name."),
  scratch: z
    .record(absolutePath, quantity)
    .default({})
    .describe("Writable folders that die with the pod, with their limits."),
  migrate: z
    .strictObject({
      command: words.optional(),
      args: words.optional(),
      deadlineSeconds: count(10, 86_400).default(600).describe("Time for all attempts, in seconds."),
    })
    .optional()
    .describe("A command of the same image that must succeed before its pods start: schema migrations."),
  routes: z.array(route).default([]).describe("Public addresses. Need `ingress`."),
  scale: scaleKeys.optional().describe("Bounds and signals of its number of pods. Needs `autoscaling`."),
  objectives: objectiveKeys
    .optional()
    .describe(
      "What it promises, as the edge sees it: targets, and alerts when it is far off. Needs `routes` and `monitoring`.",
    ),
  rollout: z
    .strictObject({ maxSurge: count(0, 100), maxUnavailable: count(0, 100) })
    .refine(({ maxSurge, maxUnavailable }) => maxSurge + maxUnavailable > 0, { error: "at least one of both above 0" })
    .optional()
    .describe("Pods beyond and below the wanted number during an update. Default: one more, none fewer."),
  drainSeconds: count(1, 3600).default(30).describe("Time a leaving pod may take to finish its work, in seconds."),
  metrics: z
    .strictObject({
      port: portName.optional().describe("Name of the port, a sidecar's for instance. Default: the first."),
      path: absolutePath.default("/metrics").describe("Its path; routes to the same port do not show it outside."),
      responseTime: metricName
        .optional()
        .describe("Histogram of its response times in seconds, without `_bucket`, for its dashboard."),
      inFlight: metricName.optional().describe("Gauge of the requests it works on, for its dashboard."),
    })
    .optional()
    .describe("Where it tells Prometheus how it is. Default: nowhere."),
  databaseConnectionsPerPod: count(1, 1000)
    .default(5)
    .describe("Connections that one pod opens to each database at most; held against the database's maxConnections."),
  nodeSelector: labelSet.default({}).describe("Labels of the nodes it runs on."),
  tolerations: z.array(toleration).default([]).describe("Taints of nodes it may run on."),
  labels: partLabels.default({}),
  extra: z
    .strictObject({
      deployment: z.record(z.string(), z.unknown()).optional(),
      pod: z.record(z.string(), z.unknown()).optional(),
      container: z.record(z.string(), z.unknown()).optional(),
    })
    .default({})
    .describe(
      "Parts of its Deployment, pod and container that no key models, merged over them last. Policies judge the result.",
    ),
});

export type ServiceKeys = z.infer<typeof serviceKeys>;
