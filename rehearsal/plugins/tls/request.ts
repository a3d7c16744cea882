import { Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import type { BridgedResource } from "../bridge/index.ts";
import { storedIsNoPem } from "./certificate.ts";
import { keyAlgorithm, keyId, readPrivateKey } from "./keys.ts";
import { signingKey } from "./signing.ts";
import { readAlternativeNames, readSubject } from "./subject.ts";

export const certRequest: BridgedResource = {
  schemaVersion: 0,
  required: ["privateKeyPem"],
  defaults: () => ({}),
  computed: ["certRequestPem", "keyAlgorithm"],
  secrets: ["privateKeyPem"],
  updatable: [],
  same: { privateKeyPem: storedIsNoPem },
  validate: () => [],
  create: async (inputs) => {
    const key = readPrivateKey(inputs, "privateKeyPem");
    const { keys, algorithm } = await signingKey(key);
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: readSubject(inputs).toJSON(),
      keys,
      signingAlgorithm: algorithm,
      extensions: readAlternativeNames(inputs),
    });
    const outputs = { certRequestPem: `${request.toString("pem")}\n`, keyAlgorithm: keyAlgorithm(key) };
    return { id: keyId(key), outputs };
  },
};
