import { AuthorityKeyIdentifierExtension } from "@peculiar/x509";
import type { BridgedResource } from "../bridge/index.ts";
import { type CheckFailure, isObject, type Properties } from "../protocol/index.ts";
import { common, issue, storedIsNoPem } from "./certificate.ts";
import { keyAlgorithm, readPrivateKey } from "./keys.ts";
import { signingKey } from "./signing.ts";
import { readAlternativeNames, readSubject } from "./subject.ts";
import { validateUses } from "./uses.ts";

export const selfSignedCert: BridgedResource = {
  ...common,
  required: ["privateKeyPem", "allowedUses", "validityPeriodHours"],
  defaults: () => ({
    earlyRenewalHours: 0,
    isCaCertificate: false,
    setSubjectKeyId: false,
    setAuthorityKeyId: false,
  }),
  computed: ["certPem", "keyAlgorithm", "readyForRenewal", "validityEndTime", "validityStartTime"],
  secrets: ["privateKeyPem"],
  same: { privateKeyPem: storedIsNoPem },
  validate: (inputs) => [...validateUses(inputs), ...validateIdentity(inputs)],
  create: async (inputs) => {
    const key = readPrivateKey(inputs, "privateKeyPem");
    const signer = await signingKey(key);
    const subject = readSubject(inputs);
    const withAuthority = inputs["setAuthorityKeyId"] === true;
    const { id, outputs } = await issue({
      inputs,
      subject,
      issuer: subject,
      alternativeNames: readAlternativeNames(inputs),
      publicKey: signer.keys.publicKey,
      signer,
      authority: withAuthority ? [await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey)] : [],
    });
    return { id, outputs: { ...outputs, keyAlgorithm: keyAlgorithm(key) } };
  },
};

function validateIdentity(inputs: Properties): CheckFailure[] {
  const isCa = inputs["isCaCertificate"] === true;
  const subject = inputs["subject"];
  const found: CheckFailure[] = [];
  if (isCa && !(isObject(subject) && Object.keys(subject).length > 0)) {
    found.push({ property: "subject", reason: "A certificate authority needs a subject that is not empty." });
  }
  if (inputs["setAuthorityKeyId"] === true && !isCa && inputs["setSubjectKeyId"] !== true) {
    const reason = "setAuthorityKeyId needs a subject key identifier: set setSubjectKeyId or isCaCertificate.";
    found.push({ property: "setAuthorityKeyId", reason });
  }
  return found;
}
