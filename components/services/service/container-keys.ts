import { z } from "zod";
import { absolutePath, count, image, port, resources } from "../../foundation/fields";

/** What a service's own container and those beside it are described with. */

export const portName = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,13}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 15 characters");
export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable");
export const words = z.array(z.string()).min(1);

export const portNumber = z.union([port, z.strictObject({ port, targetPort: port })], {
  error: "a port, or { port: <of the Service>, targetPort: <of the pods> }",
});

const timing = {
  initialDelaySeconds: count(0, 3600).optional().describe("Seconds before the first question."),
  periodSeconds: count(1, 3600).optional().describe("Seconds between two. Default: 10."),
  timeoutSeconds: count(1, 600).optional().describe("Seconds to answer. Default: 5."),
  failureThreshold: count(1, 1000).optional().describe("Failures in a row that count. Default: 3."),
};

const probe = z.union(
  [
    absolutePath,
    z.strictObject({ httpGet: z.strictObject({ path: absolutePath, port: portName.optional() }), ...timing }),
    z.strictObject({ tcpSocket: z.strictObject({ port: portName.optional() }), ...timing }),
    z.strictObject({ exec: z.strictObject({ command: words }), ...timing }),
  ],
  {
    error:
      "a path, or one of { httpGet: { path } }, { tcpSocket: {} }, { exec: { command } }, with initialDelaySeconds, periodSeconds, timeoutSeconds and failureThreshold as in Kubernetes",
  },
);

export const probes = z.strictObject({
  startup: probe.optional().describe("Asked until it succeeds once, before the others."),
  ready: probe.optional().describe("While it fails, no request is sent to the pod. Default: `live`."),
  live: probe.optional().describe("When it fails, the container is started anew. Default: `ready`."),
});

/** A container beside the service's own, an exporter for instance; it is hardened like the other and runs as the same user. */
export const sidecar = z.strictObject({
  image: image.describe("Image with its registry and an exact version."),
  command: words.optional().describe("Replaces the image's entry point."),
  args: words.optional().describe("Arguments of the entry point."),
  ports: z.record(portName, portNumber).default({}).describe("Ports by name; no other container has the same."),
  environment: z.record(variableName, z.string()).default({}).describe("Variables."),
  resources: resources.describe("Requests and limits."),
  probes: probes
    .refine(({ ready, live }) => ready !== undefined || live !== undefined, { error: "ready or live, or both" })
    .describe("How Kubernetes sees its state."),
});

export type ProbeKeys = z.infer<typeof probe>;
export type ProbesKeys = z.infer<typeof probes>;
