import { z } from "zod";
import {
  count,
  dnsLabel,
  duration,
  extraValues,
  quantity,
  secretReference,
  sized,
  storage,
} from "../../foundation/fields";

const severities = z
  .array(z.enum(["warning", "critical"]))
  .min(1)
  .default(["warning", "critical"])
  .describe("Alerts it is told about.");

const receiverKinds = {
  webhook: secretReference.optional().describe("Address that takes Alertmanager's JSON, as a secret."),
  slack: secretReference
    .optional()
    .describe("Incoming webhook of Slack or a service that speaks like it, as a secret."),
  pagerduty: secretReference.optional().describe("Integration key of PagerDuty, as a secret."),
  email: z
    .strictObject({
      to: z.email().describe("Who gets the mail."),
      from: z.email().describe("Who it comes from."),
      smarthost: z
        .string()
        .regex(/^[\w.-]+:\d+$/, "host and port, for example smtp.example.com:587")
        .describe("Mail server that takes it."),
      username: z.string().optional().describe("User of the mail server. Default: no login."),
      password: secretReference.optional().describe("Its password."),
    })
    .optional()
    .describe("Mail."),
};

const receiver = z
  .strictObject({ ...receiverKinds, severities })
  .refine(({ severities: _, ...kinds }) => Object.values(kinds).filter((kind) => kind !== undefined).length === 1, {
    error: `exactly one of ${Object.keys(receiverKinds).join(", ")}`,
  });

export const monitoringKeys = z.strictObject({
  replicas: sized(count(1, 5), { dev: 1, small: 2, large: 2, xlarge: 2 }).describe(
    "Prometheus and Alertmanager pods; two are independent copies that scrape the same targets.",
  ),
  retention: duration.default("15d").describe("How long Prometheus keeps samples."),
  storage: sized(storage, { dev: "5Gi", small: "50Gi", large: "200Gi", xlarge: "1000Gi" }),
  memory: sized(quantity, { dev: "768Mi", small: "4Gi", large: "16Gi", xlarge: "64Gi" }).describe(
    "Memory per Prometheus pod.",
  ),
  receivers: z
    .record(dnsLabel, receiver)
    .default({})
    .describe("Who is told about alerts, by name. None: alerts are only seen in Prometheus and Alertmanager."),
  runbooks: z
    .url()
    .default("https://github.com/ai-platform/ai-platform/blob/main/docs/runbooks")
    .describe("Where the runbook pages are: alerts link to <runbooks>/<alert>.md."),
  extraValues,
});

export type MonitoringKeys = z.infer<typeof monitoringKeys>;
export type ReceiverKeys = z.infer<typeof receiver>;
