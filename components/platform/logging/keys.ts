import { z } from "zod";
import { duration, extraValues, quantity, sized, storage, storageClass } from "../../foundation/fields";

export const loggingKeys = z.strictObject({
  retention: duration.default("30d").describe("How long Loki keeps lines."),
  storage: sized(storage, { dev: "5Gi", small: "50Gi", large: "200Gi", xlarge: "1000Gi" }),
  storageClass,
  memory: sized(quantity, { dev: "256Mi", small: "2Gi", large: "8Gi", xlarge: "32Gi" }).describe("Memory of Loki."),
  extraValues: extraValues.describe("Values of the loki chart merged over ours last. Never put a secret here."),
});

export type LoggingKeys = z.infer<typeof loggingKeys>;
