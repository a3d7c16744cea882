import { createHash, type JsonWebKey, type KeyObject, randomBytes } from "node:crypto";

/** OpenSSH's own encodings of a key (RFC 4253, section 6.6; RFC 5656; OpenSSH PROTOCOL.key). */
export interface OpenSshKey {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly fingerprintMd5: string;
  readonly fingerprintSha256: string;
}

/** Curves OpenSSH knows, by their names in JSON Web Keys. P-224 is none of them. */
const CURVES: { readonly [curve: string]: string } = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

/** @returns undefined for a key that OpenSSH has no encoding for */
export function openSsh(privateKey: KeyObject): OpenSshKey | undefined {
  if (privateKey.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const { type, publicFields, privateFields } = fields(privateKey.export({ format: "jwk" }));
  const publicBlob = Buffer.concat([text(type), ...publicFields]);
  const md5 = createHash("md5").update(publicBlob).digest("hex");
  const sha256 = createHash("sha256").update(publicBlob).digest("base64").replace(/=+$/, "");
  return {
    publicKey: `${type} ${publicBlob.toString("base64")}\n`,
    privateKey: privateFile(publicBlob, Buffer.concat([text(type), ...privateFields])),
    fingerprintMd5: md5.replace(/..(?=.)/g, "$&:"),
    fingerprintSha256: `SHA256:${sha256}`,
  };
}

interface Fields {
  readonly type: string;
  readonly publicFields: readonly Buffer[];
  readonly privateFields: readonly Buffer[];
}

function fields(jwk: JsonWebKey): Fields {
  const bytes = (name: keyof JsonWebKey): Buffer => Buffer.from(String(jwk[name]), "base64url");
  const number = (name: keyof JsonWebKey): Buffer => mpint(bytes(name));
  if (jwk.kty === "RSA") {
    const publicFields = [number("e"), number("n")];
    return {
      type: "ssh-rsa",
      publicFields,
      privateFields: [number("n"), number("e"), number("d"), number("qi"), number("p"), number("q")],
    };
  }
  if (jwk.kty === "OKP") {
    const publicFields = [data(bytes("x"))];
    const privateFields = [...publicFields, data(Buffer.concat([bytes("d"), bytes("x")]))];
    return { type: "ssh-ed25519", publicFields, privateFields };
  }
  const curve = CURVES[String(jwk.crv)] ?? "";
  const publicFields = [text(curve), data(Buffer.concat([Buffer.of(4), bytes("x"), bytes("y")]))];
  return { type: `ecdsa-sha2-${curve}`, publicFields, privateFields: [...publicFields, number("d")] };
}

function privateFile(publicBlob: Buffer, privateFields: Buffer): string {
  const check = randomBytes(4);
  const content = Buffer.concat([check, check, privateFields, text("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (content.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    text("none"),
    text("none"),
    data(Buffer.alloc(0)),
    uint32(1),
    data(publicBlob),
    data(Buffer.concat([content, padding])),
  ]);
  const lines = file.toString("base64").replace(/.{70}(?=.)/g, "$&\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function data(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function text(value: string): Buffer {
  return data(Buffer.from(value));
}

/** A positive number: no leading zeros, except one where the first bit would mean a sign. */
function mpint(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(Math.max(start, 0));
  return data((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}
