import { z } from "zod";

/** Building blocks of the schema: each says in words what is allowed, for error messages and the reference page. */

const dnsLabelPattern = /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/;
const hostnamePattern = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

export const dnsLabel = z
  .string()
  .regex(dnsLabelPattern, "lower-case letters, digits and dashes, starting with a letter, at most 52 characters");

/** Model names as their makers write them (`llama-3.3-70b`): they become parts of object names with dots turned to dashes. */
export const modelName = z
  .string()
  .regex(
    /^[a-z]([-.a-z0-9]{0,38}[a-z0-9])?$/,
    "lower-case letters, digits, dots and dashes, starting with a letter, at most 40 characters",
  );

export const hostname = z.string().regex(hostnamePattern, "a host name in lower case, for example chat.example.com");

export const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "an address range, for example 10.0.0.0/8" });

export const cpu = z.string().regex(/^([1-9]\d*m|[1-9]\d*)$/, "CPU as in 250m or 2");

export const duration = z
  .string()
  .regex(/^[1-9]\d*[hdw]$/, "a duration in hours, days or weeks, for example 24h or 15d");

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
