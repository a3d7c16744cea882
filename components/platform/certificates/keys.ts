import { z } from "zod";
import { count, extraValues, sized } from "../../foundation/fields";

export const certificatesKeys = z.strictObject({
  issuer: z
    .enum(["internal", "acme"])
    .default("internal")
    .describe("Who signs the public certificates: our own authority, or an ACME service such as Let's Encrypt."),
  issuerName: z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 40 characters")
    .optional()
    .describe("Name of the ClusterIssuer, where a system fixes it. Default: the issuer."),
  acmeEmail: z.email().optional().describe("Contact address for the ACME account. Required with issuer acme."),
  acmeServer: z
    .url({ protocol: /^https$/ })
    .default("https://acme-v02.api.letsencrypt.org/directory")
    .describe("ACME directory."),
  replicas: sized(count(1, 5), { dev: 1, small: 2, large: 3, xlarge: 3 }).describe("Pods of each cert-manager part."),
  extraValues,
});

export type CertificatesKeys = z.infer<typeof certificatesKeys>;
