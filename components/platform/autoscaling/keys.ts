import { z } from "zod";
import { count, extraValues, sized } from "../../foundation/fields";

export const autoscalingKeys = z.strictObject({
  replicas: sized(count(1, 5), { dev: 1, small: 2, large: 2, xlarge: 2 }).describe(
    "Pods of each KEDA part; one works, the others stand by.",
  ),
  extraValues,
});

export type AutoscalingKeys = z.infer<typeof autoscalingKeys>;
