import { createPublicKey, type KeyObject } from "node:crypto";

/** Curve, and the hash that Go's certificate library signs with it. */
const CURVES: { readonly [name: string]: { readonly namedCurve: string; readonly hash: string } } = {
  prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
  secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
  secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

/** Web Crypto's description of a key together with the hash to sign with. */
interface SigningAlgorithm {
  readonly name: string;
  readonly namedCurve?: string;
  readonly hash?: string;
}

/** A key as the certificate library takes it. */
export interface SigningKey {
  readonly keys: CryptoKeyPair;
  readonly algorithm: SigningAlgorithm;
}

/** @throws Error for a curve that Web Crypto does not have, which is P224. */
export async function signingKey(privateKey: KeyObject): Promise<SigningKey> {
  const algorithm = signingAlgorithm(privateKey);
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const signing = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
  return { keys: { privateKey: signing, publicKey: await verifyingKey(createPublicKey(privateKey)) }, algorithm };
}

export async function verifyingKey(publicKey: KeyObject): Promise<CryptoKey> {
  const spki = publicKey.export({ format: "der", type: "spki" });
  return crypto.subtle.importKey("spki", spki, signingAlgorithm(publicKey), true, ["verify"]);
}

function signingAlgorithm(key: KeyObject): SigningAlgorithm {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  if (key.asymmetricKeyType === "ed25519") return { name: "Ed25519" };
  const name = key.asymmetricKeyDetails?.namedCurve ?? "";
  const curve = CURVES[name];
  if (curve) return { name: "ECDSA", ...curve };
  throw new Error(
    `This stand-in cannot sign with the curve ${name}, though the official plugin can. Set the PrivateKey's ecdsaCurve to ` +
      `P256, P384 or P521: few clients accept another.`,
  );
}
