import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { BridgedResource } from "../bridge/index.ts";
import { type CheckFailure, type Properties, textOf } from "../protocol/index.ts";
import { openSsh } from "./openssh.ts";

const generate = promisify(generateKeyPair);

/** OpenSSL's names of the curves. */
const CURVES = { P224: "secp224r1", P256: "prime256v1", P384: "secp384r1", P521: "secp521r1" } as const;
const ALGORITHMS = ["RSA", "ECDSA", "ED25519"] as const;
export type KeyAlgorithm = (typeof ALGORITHMS)[number];

/** The traditional PEM encoding of each algorithm. */
const ENCODINGS = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;

export const privateKey: BridgedResource = {
  schemaVersion: 1,
  required: ["algorithm"],
  defaults: () => ({ rsaBits: 2048, ecdsaCurve: "P224" }),
  computed: [
    "privateKeyOpenssh",
    "privateKeyPem",
    "privateKeyPemPkcs8",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
    "publicKeyOpenssh",
    "publicKeyPem",
  ],
  secrets: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],
  updatable: [],
  same: {},
  validate: (inputs) => [
    ...oneOf("algorithm", inputs, ALGORITHMS),
    ...oneOf("ecdsaCurve", inputs, Object.keys(CURVES)),
  ],
  create: async (inputs) => {
    const key = await generateKey(inputs);
    return { id: keyId(key), outputs: keyOutputs(key) };
  },
};

function oneOf(property: string, inputs: Properties, allowed: readonly string[]): CheckFailure[] {
  const value = textOf(inputs, property);
  return allowed.includes(value)
    ? []
    : [{ property, reason: `${property} is "${value}"; allowed are ${allowed.join(", ")}.` }];
}

async function generateKey(inputs: Properties): Promise<KeyObject> {
  const algorithm = textOf(inputs, "algorithm");
  if (algorithm === "RSA") return (await generate("rsa", { modulusLength: Number(inputs["rsaBits"]) })).privateKey;
  if (algorithm === "ED25519") return (await generate("ed25519")).privateKey;
  const namedCurve = CURVES[textOf(inputs, "ecdsaCurve") as keyof typeof CURVES];
  return (await generate("ec", { namedCurve })).privateKey;
}

function keyOutputs(key: KeyObject): Properties {
  const ssh = openSsh(key);
  return {
    privateKeyPem: pem(key, ENCODINGS[keyAlgorithm(key)]),
    privateKeyPemPkcs8: pem(key, "pkcs8"),
    privateKeyOpenssh: ssh?.privateKey ?? "",
    publicKeyPem: pem(createPublicKey(key), "spki"),
    publicKeyOpenssh: ssh?.publicKey ?? "",
    publicKeyFingerprintMd5: ssh?.fingerprintMd5 ?? "",
    publicKeyFingerprintSha256: ssh?.fingerprintSha256 ?? "",
  };
}

function pem(key: KeyObject, type: "pkcs1" | "pkcs8" | "sec1" | "spki"): string {
  return key.export({ format: "pem", type }).toString();
}

/** The ID of everything made from a key: SHA-1 of its public half. */
export function keyId(key: KeyObject): string {
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" });
  return createHash("sha1").update(publicKey).digest("hex");
}

export function keyAlgorithm(key: KeyObject): KeyAlgorithm {
  const type = key.asymmetricKeyType;
  if (type === "rsa") return "RSA";
  return type === "ed25519" ? "ED25519" : "ECDSA";
}

/**
 * Reads a private key of any of the three PEM encodings.
 *
 * @throws Error naming the input when it holds none.
 */
export function readPrivateKey(inputs: Properties, name: string): KeyObject {
  try {
    return createPrivateKey(textOf(inputs, name));
  } catch (error) {
    throw new Error(
      `${name} is no private key in PEM form: ${(error as Error).message}. Use a PrivateKey's privateKeyPem.`,
    );
  }
}
