// First of all: @peculiar/x509 needs it while it loads.
import "reflect-metadata";
import { privateKey } from "../../rehearsal/plugins/tls/keys.ts";
import { locallySignedCert } from "../../rehearsal/plugins/tls/locally-signed.ts";
import { certRequest } from "../../rehearsal/plugins/tls/request.ts";
import { selfSignedCert } from "../../rehearsal/plugins/tls/self-signed.ts";
import { type Properties, textOf } from "../../rehearsal/plugins/protocol/index.ts";

const VALID = { validityPeriodHours: 24, earlyRenewalHours: 0 };

/** The files of a Secret of type kubernetes.io/tls with its authority, as the program's `ServerCertificate` makes it. */
export async function certificateFiles(dnsNames: readonly string[]): Promise<Record<string, string>> {
  const caKey = await newKey();
  const authority = await selfSignedCert.create({
    ...VALID,
    privateKeyPem: caKey,
    isCaCertificate: true,
    subject: { commonName: "authority of a drill" },
    allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
  });
  const key = await newKey();
  const subject = { commonName: dnsNames[0] ?? "" };
  const request = await certRequest.create({ privateKeyPem: key, dnsNames: [...dnsNames], subject });
  const certificate = await locallySignedCert.create({
    ...VALID,
    certRequestPem: textOf(request.outputs, "certRequestPem"),
    caCertPem: textOf(authority.outputs, "certPem"),
    caPrivateKeyPem: caKey,
    allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
  });
  return {
    "ca.crt": textOf(authority.outputs, "certPem"),
    "tls.crt": textOf(certificate.outputs, "certPem"),
    "tls.key": key,
  };
}

async function newKey(): Promise<string> {
  const inputs: Properties = { algorithm: "ECDSA", ecdsaCurve: "P256" };
  return textOf((await privateKey.create(inputs)).outputs, "privateKeyPem");
}
