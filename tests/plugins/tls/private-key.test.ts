import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { revealAll, Secret, textOf } from "../../../rehearsal/plugins/protocol/index.ts";
import { tls } from "../../../rehearsal/plugins/tls/provider.ts";
import { engine, type State } from "../engine.ts";

const key = engine(tls, "tls:index/privateKey:PrivateKey");
const text = (state: State, output: string) => textOf(revealAll(state.outputs), output);

const KINDS = [
  [{ algorithm: "RSA" }, "rsa", "BEGIN RSA PRIVATE KEY", "ssh-rsa"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "ec", "BEGIN EC PRIVATE KEY", "ecdsa-sha2-nistp256"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P384" }, "ec", "BEGIN EC PRIVATE KEY", "ecdsa-sha2-nistp384"],
  [{ algorithm: "ECDSA", ecdsaCurve: "P521" }, "ec", "BEGIN EC PRIVATE KEY", "ecdsa-sha2-nistp521"],
  [{ algorithm: "ED25519" }, "ed25519", "BEGIN PRIVATE KEY", "ssh-ed25519"],
] as const;

test.each(KINDS)("10.8 the key %j is real, in the encoding of its algorithm", async (inputs, type, header, ssh) => {
  const state = await key.create(inputs);
  const parsed = createPrivateKey(text(state, "privateKeyPem"));
  expect(parsed.asymmetricKeyType).toBe(type);
  expect(text(state, "privateKeyPem")).toContain(header);
  expect(createPrivateKey(text(state, "privateKeyPemPkcs8")).equals(parsed)).toBe(true);
  expect(createPublicKey(parsed).equals(createPublicKey(text(state, "publicKeyPem")))).toBe(true);
  expect(text(state, "publicKeyOpenssh")).toMatch(new RegExp(`^${ssh} [A-Za-z0-9+/=]+\n$`));
  for (const output of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh", "publicKeyPem"]) {
    expect(text(state, output)).toMatch(/-----\n$/);
  }
});

test.each(KINDS)("10.8 OpenSSH reads the key %j and agrees on its fingerprints", async (inputs) => {
  const state = await key.create(inputs);
  const folder = mkdtempSync(join(tmpdir(), "openssh-"));
  const file = join(folder, "key");
  writeFileSync(file, text(state, "privateKeyOpenssh"));
  chmodSync(file, 0o600);
  const keygen = (...args: string[]) => execFileSync("ssh-keygen", [...args, "-f", file], { encoding: "utf8" });
  expect(keygen("-y").trim()).toBe(text(state, "publicKeyOpenssh").trim());
  expect(keygen("-l", "-E", "sha256")).toContain(text(state, "publicKeyFingerprintSha256"));
  expect(keygen("-l", "-E", "md5")).toContain(`MD5:${text(state, "publicKeyFingerprintMd5")}`);
  rmSync(folder, { recursive: true });
});

test("10.8 an RSA key has 2048 bits unless the program says otherwise", async () => {
  const bits = async (inputs: object) =>
    createPrivateKey(text(await key.create({ algorithm: "RSA", ...inputs }), "privateKeyPem")).asymmetricKeyDetails
      ?.modulusLength;
  expect(await bits({})).toBe(2048);
  expect(await bits({ rsaBits: 3072 })).toBe(3072);
});

test("10.8 the default curve is P224, of which OpenSSH knows nothing", async () => {
  const state = await key.create({ algorithm: "ECDSA" });
  expect(state.outputs["ecdsaCurve"]).toBe("P224");
  expect(createPrivateKey(text(state, "privateKeyPem")).asymmetricKeyDetails?.namedCurve).toBe("secp224r1");
  for (const output of ["privateKeyOpenssh", "publicKeyOpenssh", "publicKeyFingerprintSha256"]) {
    expect(text(state, output)).toBe("");
  }
});

test("10.8 private halves are secret, public ones are not", async () => {
  const { outputs } = await key.create({ algorithm: "ED25519" });
  const secret = Object.keys(outputs).filter((name) => outputs[name] instanceof Secret);
  expect(secret.sort()).toEqual(["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
});

test("10.8 the ID is the SHA-1 of the public key", async () => {
  const state = await key.create({ algorithm: "ED25519" });
  const der = createPublicKey(text(state, "publicKeyPem")).export({ format: "der", type: "spki" });
  expect(state.id).toBe(createHash("sha1").update(der).digest("hex"));
});

test("10.8 any input replaces, even one that the algorithm does not use", async () => {
  const state = await key.create({ algorithm: "ED25519" });
  expect(await key.diff(state, { algorithm: "ED25519" })).toBe("same");
  expect(await key.diff(state, { algorithm: "ED25519", rsaBits: 4096 })).toBe("replace rsaBits");
  expect(await key.diff(state, { algorithm: "RSA" })).toBe("replace algorithm");
});

test("10.8 an unknown algorithm or curve is refused with the allowed ones", async () => {
  expect((await key.check({ algorithm: "DSA" })).failures?.[0]?.reason).toContain("RSA, ECDSA, ED25519");
  const { failures } = await key.check({ algorithm: "ECDSA", ecdsaCurve: "P999" });
  expect(failures?.[0]?.reason).toContain("P224, P256, P384, P521");
});
