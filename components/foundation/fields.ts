import { z } from "zod";
import { mebibytes, millicores } from "./resources";

/** Building blocks of keys: each says in words what is allowed, for error messages and the reference page. */

export const sizeNames = ["dev", "small", "large", "xlarge"] as const;
/** `dev` fits 4 vCPU and 8 GiB; `small` survives the loss of any one node; `large` and `xlarge` carry more. */
export type Size = (typeof sizeNames)[number];

/** A key that the stack's size fills where the stack file is silent. An explicit key wins. */
export function sized<Field extends z.ZodType>(field: Field, bySize: Readonly<Record<Size, z.input<Field>>>): Field {
  return field.meta({ bySize });
}

export const dnsLabel = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
    "lower-case letters, digits and dashes, starting with a letter, at most 40 characters",
  );

/** Names of models as their makers write them (`llama-3.3-70b`): they become parts of object names with dots turned to dashes. */
export const modelName = z
  .string()
  .regex(
    /^[a-z]([-.a-z0-9]{0,38}[a-z0-9])?$/,
    "lower-case letters, digits, dots and dashes, starting with a letter, at most 40 characters",
  );

export const hostname = z
  .string()
  .max(253, "at most 253 characters")
  .regex(
    /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    "a host name in lower case, for example chat.example.com, each part at most 63 characters",
  );

export const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "an address range, for example 10.0.0.0/8" });

/** A web origin: scheme and host, nothing behind them. */
export const origin = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.-]+(:\d+)?$/, "an origin without a path, for example https://app.example.com");

export const cpu = z.string().regex(/^([1-9]\d*m|[1-9]\d*)$/, "CPU as in 250m or 2");

/** Memory or storage, in Kubernetes' own units. */
export const quantity = z.string().regex(/^[1-9]\d*(Mi|Gi|Ti)$/, "a quantity as in 512Mi, 10Gi or 2Ti");

export const duration = z
  .string()
  .regex(/^[1-9]\d*[hdw]$/, "a duration in hours, days or weeks, for example 24h or 15d");

/** A hold time in Prometheus' words. */
export const holdTime = z.string().regex(/^[1-9]\d*[smh]$/, "a time in seconds, minutes or hours, for example 5m");

export const port = z.int().min(1).max(65_535);

export const absolutePath = z.string().regex(/^\/[^\s]*$/, "an absolute path, for example /var/lib/app");

/** A tag with a version or a digest: what runs today runs tomorrow. */
export const image = z
  .string()
  .regex(
    /^[\w.-]+(:\d+)?\/[\w./-]+(:[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
    "an image with its registry and an exact version, for example registry.example.com/app:1.2.3",
  );

export const labelSet = z
  .record(
    z.string().regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, "a label's name"),
    z.string().regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/, "a label's value, at most 63 characters"),
  )
  .describe("Further labels of its objects and selectors, for systems that fix them.");

const SELECTING = ["app.kubernetes.io/name", "app.kubernetes.io/part-of"];

/** Further labels of one part. With another one's name its pods would be taken for that one's. */
export const partLabels = labelSet.refine((labels) => !SELECTING.some((name) => name in labels), {
  error: `labels beside ${SELECTING.join(" and ")}, which tell the parts' pods apart`,
});

/** A value that the stack file keeps encrypted under this name. */
export const secretReference = z.strictObject({
  secret: z
    .string()
    .regex(/^[a-zA-Z][\w-]*$/, "the name of an encrypted key of the stack file")
    .describe("Name of an encrypted key: pulumi config set --secret ai-platform:<name>"),
});

export const extraValues = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Chart values merged over ours last. Never put a secret here: Helm keeps values in the cluster.");

export const storageClass = z
  .string()
  .min(1)
  .optional()
  .describe("Storage class of new volumes; a volume that exists keeps its class. Default: the cluster's.");

export const storage = quantity.describe(
  "Volume per server. A larger one grows the volume in place where the storage class can; volumes never shrink.",
);

/** Lets pods onto nodes with a taint, in Kubernetes' own words. */
export const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});

/** Requests and limits of a container, apart. */
export const resources = z
  .strictObject({
    cpu: cpu.describe("CPU request."),
    memory: quantity.describe("Memory request."),
    limits: z
      .strictObject({
        cpu: cpu.optional().describe("Default: four times the request."),
        memory: quantity.optional().describe("Default: the request."),
      })
      .optional()
      .describe("Limits, where they differ from the defaults."),
  })
  .check(({ value: { cpu: cores, memory, limits = {} }, issues }) => {
    const compare = (key: "cpu" | "memory", request: string, limit: string | undefined) => {
      const [field, amount] = key === "cpu" ? [cpu, millicores] : [quantity, mebibytes];
      // What is no quantity at all has its own message.
      if (![request, limit].every((text) => field.safeParse(text).success)) return;
      if (limit === undefined || amount(limit) >= amount(request)) return;
      issues.push({
        code: "custom",
        path: ["limits", key],
        message: `at least the request, ${request}`,
        input: limit,
      });
    };
    compare("cpu", cores, limits.cpu);
    compare("memory", memory, limits.memory);
  });

/** Whole number within bounds that the error message repeats. */
export function count(minimum: number, maximum: number) {
  return z.int().min(minimum).max(maximum);
}

/** Lower and upper bound of an autoscaled workload's pods. */
export function replicas(lowest: number, highest: number) {
  return z
    .strictObject({
      min: count(lowest, highest).describe("Pods that always run."),
      max: count(1, highest).describe("Pods at most."),
    })
    .refine(({ min, max }) => min <= max, { path: ["min"], error: "no more than max" });
}

/** Parts that a part is a client of: a list of names, or names by the prefix of the variables that the program expects. */
export const uses = z
  .union([z.array(z.string()), z.record(dnsLabel, z.string())], {
    error: "a list of parts, as in [postgres, queue], or parts by prefix, as in { database: postgres }",
  })
  .default([])
  .describe(
    "Parts it is a client of: brings their addresses as variables (`POSTGRES_HOST`), credentials as files, start-up order and network. `{ database: postgres }` sets the prefix; `postgres.reader` asks for one of several connections.",
  );
