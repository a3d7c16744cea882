import { z } from "zod";
import { catalog, platform } from "../catalog";
import type { Kind } from "../foundation";
import {
  cidr,
  dnsLabel,
  hostname,
  labelSet,
  modelName,
  port,
  secretReference,
  sizeNames,
  toleration,
} from "../foundation/fields";

type Platform = typeof platform;

/** A key that is absent is not installed. */
const platformKeys = Object.fromEntries(
  Object.entries(platform).map(([name, { keys }]) => [name, keys.optional()]),
) as unknown as { readonly [Name in keyof Platform]: z.ZodOptional<Platform[Name]["keys"]> };

const mirror = (what: string) =>
  z.string().regex(/^[\w.-]+(:\d+)?(\/[\w.-]+)*$/, `${what} without a scheme, for example registry.example.com/mirror`);

const systemKeys = {
  system: dnsLabel
    .default("ai-platform")
    .describe("Name of the system; its namespace and part-of label default to it."),
  size: z
    .enum(sizeNames)
    .default("dev")
    .describe(
      "Fills what the stack file leaves out: replicas, memory, storage. `dev` fits 4 vCPU and 8 GiB, `small` survives the loss of any one node, `large` and `xlarge` carry more. Explicit keys win.",
    ),
  protect: z
    .boolean()
    .default(false)
    .describe(
      "Refuse to delete stores and keep their data. Requires every store that may not lose anything to be redundant.",
    ),
  domain: hostname.default("ai.localhost").describe("Host under which parts are served that name no other."),
  namespace: z
    .strictObject({
      name: dnsLabel.optional().describe("Default: the system's name."),
      labels: labelSet.default({}).describe("Further labels of the namespace itself."),
    })
    .prefault({})
    .describe("Namespace of the system's own parts."),
  labels: labelSet
    .default({})
    .describe("Further labels of every object and selector of the system, where a system fixes them."),
  cluster: z
    .strictObject({
      context: z.string().min(1).optional().describe("Context of the kubeconfig. Default: its current one."),
      dnsAddresses: z
        .array(cidr)
        .default(["169.254.0.0/16"])
        .describe(
          "Address ranges of name servers that are no pods of kube-system; the default is where caches on nodes listen.",
        ),
      apiAddresses: z
        .array(cidr)
        .default([])
        .describe(
          "Address ranges of the API server. Without them its ports are open to any address for the pods that need it.",
        ),
      apiPorts: z
        .array(port)
        .min(1)
        .default([443, 6443])
        .describe("Ports of the API server; some listen on 8443 or 16443."),
      architecture: z
        .enum(["amd64", "arm64"])
        .optional()
        .describe(
          "Processor of the nodes that our pods run on, where the cluster has several kinds. Images that the program builds are built for it.",
        ),
      tolerations: z
        .array(toleration)
        .default([])
        .describe("Taints of nodes that every pod of the system and its add-ons may run on."),
      ipv6: z.boolean().default(false).describe("Whether pods have IPv6 addresses that servers must listen on."),
    })
    .prefault({})
    .describe("The cluster to deploy to."),
  artifacts: z
    .strictObject({
      chartMirror: z
        .string()
        .regex(
          /^(oci:\/\/|\/|\.\.?\/)\S+$/,
          "a folder, or an oci:// address, for example oci://registry.example.com/charts",
        )
        .optional()
        .describe("Folder of chart archives, or oci:// folder, used for all charts."),
      imageMirror: mirror("a registry and folder").optional().describe("Registry that holds copies of all images."),
      pullSecret: secretReference
        .optional()
        .describe(
          "Credentials of image registries as a Docker configuration (.dockerconfigjson), for the system's own pods.",
        ),
    })
    .prefault({})
    .describe("Mirrors for clusters without internet access, and credentials of registries."),
};

function room(names: z.ZodString, kinds: Readonly<Record<string, Kind>>) {
  const variants = Object.entries(kinds).map(([kind, { keys }]) => keys.extend({ kind: z.literal(kind) }));
  const [first, ...others] = variants;
  if (!first) throw new Error("A room of the catalogue is empty.");
  return z.record(names, z.discriminatedUnion("kind", [first, ...others])).default({});
}

export const schema = z.strictObject({
  ...systemKeys,
  ...platformKeys,
  stores: room(dnsLabel, catalog.stores).describe("Stores by name."),
  models: room(modelName, catalog.models).describe(
    "Models by name: one engine each. Without `kind` a model is a `vllm`.",
  ),
  services: room(dnsLabel, catalog.services).describe("Services by name. Without `kind` a service is any image."),
});

export type Keys = z.infer<typeof schema>;
