import { randomBytes } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  type Name,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Made } from "../bridge/index.ts";
import { type Properties, type PropertyValue, textOf } from "../protocol/index.ts";
import type { SigningKey } from "./signing.ts";
import { usesExtensions } from "./uses.ts";

const HOUR_MS = 3_600_000;

/** What both kinds of certificates share: outputs, renewal and what a change means. */
export const common = {
  schemaVersion: 0,
  updatable: ["earlyRenewalHours"],
  /** Whether the certificate is due for renewal. */
  refresh: (outputs: Properties) => ({ readyForRenewal: isDue(outputs) }),
  expired: (outputs: Properties) => (isDue(outputs) ? "readyForRenewal" : undefined),
};

/** Values that are no PEM text come from old versions of the plugin, which stored hashes. */
export function storedIsNoPem(stored: PropertyValue): boolean {
  return typeof stored === "string" && !stored.startsWith("-----BEGIN ");
}

function isDue(outputs: Properties): boolean {
  const renewal = Date.parse(textOf(outputs, "validityEndTime")) - Number(outputs["earlyRenewalHours"]) * HOUR_MS;
  return Date.now() >= renewal;
}

export interface CertificateRequest {
  /** The resource's inputs, which say uses, validity and constraints. */
  readonly inputs: Properties;
  readonly subject: Name;
  readonly alternativeNames: readonly Extension[];
  readonly publicKey: CryptoKey;
  readonly issuer: Name;
  readonly signer: SigningKey;
  /** Extension that names the issuer's key; none when the issuer has no key identifier. */
  readonly authority: readonly AuthorityKeyIdentifierExtension[];
}

export async function issue(request: CertificateRequest): Promise<Made> {
  const { inputs, subject, issuer, publicKey, signer } = request;
  const serial = randomBytes(16);
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + Number(inputs["validityPeriodHours"]) * HOUR_MS);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: subject.toJSON(),
    issuer: issuer.toJSON(),
    notBefore,
    notAfter,
    publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: signer.algorithm,
    extensions: await extensions(request),
  });
  const outputs = {
    certPem: `${certificate.toString("pem")}\n`,
    validityStartTime: rfc3339(notBefore),
    validityEndTime: rfc3339(notAfter),
  };
  const id = BigInt(`0x${serial.toString("hex")}`).toString();
  return { id, outputs: { ...outputs, readyForRenewal: isDue({ ...inputs, ...outputs }) } };
}

async function extensions({
  inputs,
  alternativeNames,
  publicKey,
  authority,
}: CertificateRequest): Promise<Extension[]> {
  const isCa = inputs["isCaCertificate"] === true;
  const maxPathLength = Number(inputs["maxPathLength"] ?? 0);
  if (maxPathLength > 0 && !isCa) {
    throw new Error(`maxPathLength is ${maxPathLength}, but only a certificate with isCaCertificate can have one.`);
  }
  const withKeyId = isCa || inputs["setSubjectKeyId"] === true;
  return [
    ...usesExtensions(inputs),
    // Zero means no limit, as upstream.
    new BasicConstraintsExtension(isCa, maxPathLength === 0 ? undefined : maxPathLength, true),
    ...(withKeyId ? [await SubjectKeyIdentifierExtension.create(publicKey)] : []),
    ...authority,
    ...alternativeNames,
  ];
}

function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
