import { createPublicKey, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { BridgedResource } from "../bridge/index.ts";
import { type Properties, textOf } from "../protocol/index.ts";
import { common, issue, storedIsNoPem } from "./certificate.ts";
import { keyAlgorithm, readPrivateKey } from "./keys.ts";
import { signingKey, verifyingKey } from "./signing.ts";
import { validateUses } from "./uses.ts";

export const locallySignedCert: BridgedResource = {
  ...common,
  required: ["certRequestPem", "caCertPem", "caPrivateKeyPem", "allowedUses", "validityPeriodHours"],
  defaults: () => ({ earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false }),
  computed: ["caKeyAlgorithm", "certPem", "readyForRenewal", "validityEndTime", "validityStartTime"],
  secrets: ["caPrivateKeyPem"],
  same: { certRequestPem: storedIsNoPem, caCertPem: storedIsNoPem, caPrivateKeyPem: storedIsNoPem },
  validate: validateUses,
  create: async (inputs) => {
    const caKey = readPrivateKey(inputs, "caPrivateKeyPem");
    const ca = parse(inputs, "caCertPem", (pem) => new X509Certificate(pem));
    if (!ca.checkPrivateKey(caKey)) throw new Error("caPrivateKeyPem is not the key of the certificate in caCertPem.");
    const request = parse(inputs, "certRequestPem", (pem) => new x509.Pkcs10CertificateRequest(pem));
    if (!(await request.verify())) throw new Error("The signature of certRequestPem does not match its key.");
    const issuer = new x509.X509Certificate(ca.raw);
    const publicKey = createPublicKey(request.publicKey.toString("pem"));
    const { id, outputs } = await issue({
      inputs,
      subject: request.subjectName,
      issuer: issuer.subjectName,
      alternativeNames: request.extensions.filter((it) => it instanceof x509.SubjectAlternativeNameExtension),
      publicKey: await verifyingKey(publicKey),
      signer: await signingKey(caKey),
      authority: authorityOf(issuer),
    });
    return { id, outputs: { ...outputs, caKeyAlgorithm: keyAlgorithm(caKey) } };
  },
};

function authorityOf(issuer: x509.X509Certificate): x509.AuthorityKeyIdentifierExtension[] {
  const id = issuer.getExtension(x509.SubjectKeyIdentifierExtension);
  return id ? [new x509.AuthorityKeyIdentifierExtension(id.keyId)] : [];
}

function parse<Parsed>(inputs: Properties, name: string, read: (pem: string) => Parsed): Parsed {
  try {
    return read(textOf(inputs, name));
  } catch (error) {
    throw new Error(`${name} cannot be read: ${(error as Error).message}. It must be PEM text.`);
  }
}
