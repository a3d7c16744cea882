import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Properties, revealAll, Secret, textOf, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";
import { tls } from "../../../rehearsal/plugins/tls/provider.ts";
import { engine, type State } from "../engine.ts";

const keys = engine(tls, "tls:index/privateKey:PrivateKey");
const selfSigned = engine(tls, "tls:index/selfSignedCert:SelfSignedCert");
const requests = engine(tls, "tls:index/certRequest:CertRequest");
const signed = engine(tls, "tls:index/locallySignedCert:LocallySignedCert");

const text = (state: State, output: string) => textOf(revealAll(state.outputs), output);
const certificate = (state: State) => new X509Certificate(text(state, "certPem"));
const HOUR = 3_600_000;

let folder: string;
let key: string;
let ca: State;
let caInputs: Properties;
let request: State;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tls-"));
  key = text(await keys.create({ algorithm: "ECDSA", ecdsaCurve: "P256" }), "privateKeyPem");
  caInputs = {
    privateKeyPem: new Secret(key),
    isCaCertificate: true,
    subject: { commonName: "Our CA", organization: "Example" },
    validityPeriodHours: 1000,
    allowedUses: ["cert_signing", "crl_signing"],
  };
  ca = await selfSigned.create(caInputs);
  const server = text(await keys.create({ algorithm: "RSA" }), "privateKeyPem");
  request = await requests.create({
    privateKeyPem: server,
    subject: { commonName: "redis" },
    dnsNames: ["redis", "redis.apps.svc"],
    ipAddresses: ["127.0.0.1"],
    uris: ["spiffe://cluster.local/redis"],
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const issue = (inputs: Properties = {}) =>
  signed.create({
    certRequestPem: text(request, "certRequestPem"),
    caCertPem: text(ca, "certPem"),
    caPrivateKeyPem: key,
    validityPeriodHours: 100,
    allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
    ...inputs,
  });

/** What OpenSSL shows of a PEM text. */
function openssl(command: "x509" | "req", pem: string): string {
  return execFileSync("openssl", [command, "-noout", "-text"], { input: pem, encoding: "utf8" });
}

function save(name: string, pem: string): string {
  const path = join(folder, name);
  writeFileSync(path, pem);
  return path;
}

test("10.11 OpenSSL verifies a server's certificate against the authority, strictly and for a server", async () => {
  const server = save("server.pem", text(await issue(), "certPem"));
  const authority = save("ca.pem", text(ca, "certPem"));
  const args = ["verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "redis.apps.svc"];
  const said = execFileSync("openssl", [...args, "-CAfile", authority, server], { encoding: "utf8" });
  expect(said).toContain("OK");
});

test("10.10 an authority has a critical basic constraint, a subject key ID and the uses asked for", () => {
  const shown = openssl("x509", text(ca, "certPem"));
  expect(shown).toMatch(/Basic Constraints: critical\s+CA:TRUE/);
  expect(shown).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  expect(shown).toContain("Subject Key Identifier");
  expect(shown).not.toContain("Authority Key Identifier");
  expect(certificate(ca).subject).toBe("O=Example\nCN=Our CA");
});

test("10.10 it starts now, ends as asked, and says so in RFC 3339", () => {
  const { validFromDate, validToDate } = certificate(ca);
  expect(text(ca, "validityStartTime")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(Date.parse(text(ca, "validityStartTime"))).toBe(validFromDate.getTime());
  expect(Date.parse(text(ca, "validityEndTime"))).toBe(validToDate.getTime());
  expect(validToDate.getTime() - validFromDate.getTime()).toBe(1000 * HOUR);
  expect(Math.abs(validFromDate.getTime() - Date.now())).toBeLessThan(HOUR);
});

test("10.10 the ID is the serial number in decimal", () => {
  expect(ca.id).toBe(BigInt(`0x${certificate(ca).serialNumber}`).toString());
});

test("10.10 the key stays secret and its algorithm is told", () => {
  expect(ca.outputs["privateKeyPem"]).toEqual(new Secret(key));
  expect(ca.outputs["keyAlgorithm"]).toBe("ECDSA");
  expect(text(ca, "certPem")).toMatch(/-----END CERTIFICATE-----\n$/);
});

test("10.10 a certificate that is no authority names itself only when asked to", async () => {
  const inputs = { ...caInputs, isCaCertificate: false, setSubjectKeyId: true, setAuthorityKeyId: true };
  const shown = openssl("x509", text(await selfSigned.create(inputs), "certPem"));
  expect(shown).toContain("CA:FALSE");
  const [, subject] = shown.match(/Subject Key Identifier:\s+([0-9A-F:]+)/) ?? [];
  const [, authority] = shown.match(/Authority Key Identifier:\s+([0-9A-F:]+)/) ?? [];
  expect(authority).toBe(subject);
});

test("10.10 an authority without a subject, and an authority key ID without a subject key ID, are refused", async () => {
  const nameless = await selfSigned.check({ ...caInputs, subject: {} });
  expect(nameless.failures?.[0]?.property).toBe("subject");
  const unfounded = await selfSigned.check({ ...caInputs, isCaCertificate: false, setAuthorityKeyId: true });
  expect(unfounded.failures?.[0]?.property).toBe("setAuthorityKeyId");
});

test("10.10 maxPathLength limits an authority, zero does not, and others cannot have one", async () => {
  expect(openssl("x509", text(await selfSigned.create({ ...caInputs, maxPathLength: 2 }), "certPem"))).toContain(
    "CA:TRUE, pathlen:2",
  );
  expect(openssl("x509", text(await selfSigned.create({ ...caInputs, maxPathLength: 0 }), "certPem"))).not.toContain(
    "pathlen",
  );
  const inputs = { ...caInputs, isCaCertificate: false, maxPathLength: 2 };
  await expect(selfSigned.create(inputs)).rejects.toThrow("maxPathLength is 2");
});

test("10.11 subject and names come from the request, the authority key ID from the authority", async () => {
  const leaf = certificate(await issue());
  expect(leaf.subject).toBe("CN=redis");
  expect(leaf.issuer).toBe("O=Example\nCN=Our CA");
  expect(leaf.subjectAltName).toBe(
    "DNS:redis, DNS:redis.apps.svc, IP Address:127.0.0.1, URI:spiffe://cluster.local/redis",
  );
  expect(leaf.checkIssued(certificate(ca))).toBe(true);
  const shown = openssl("x509", leaf.toString());
  expect(shown).toMatch(/Authority Key Identifier/);
  expect(shown).not.toContain("Subject Key Identifier");
});

test("10.11 the authority's algorithm is told and its key stays secret", async () => {
  const { outputs } = await issue();
  expect(outputs["caKeyAlgorithm"]).toBe("ECDSA");
  expect(outputs["caPrivateKeyPem"]).toEqual(new Secret(key));
});

test("10.11 a key that is not the authority's is refused", async () => {
  const other = text(await keys.create({ algorithm: "ECDSA", ecdsaCurve: "P256" }), "privateKeyPem");
  await expect(issue({ caPrivateKeyPem: other })).rejects.toThrow("not the key of the certificate");
});

test("10.11 a request is signed by its key and has that key's ID", () => {
  const shown = openssl("req", text(request, "certRequestPem"));
  expect(shown).toContain("CN = redis");
  expect(shown).toContain("DNS:redis, DNS:redis.apps.svc, IP Address:127.0.0.1");
  const check = ["req", "-noout", "-verify"];
  expect(() => execFileSync("openssl", check, { input: text(request, "certRequestPem"), stdio: "pipe" })).not.toThrow();
  expect(request.id).toMatch(/^[0-9a-f]{40}$/);
  expect(request.outputs["keyAlgorithm"]).toBe("RSA");
});

test.each(["RSA", "ED25519"])("10.11 an authority with an %s key signs as well", async (algorithm) => {
  const caPrivateKeyPem = text(await keys.create({ algorithm }), "privateKeyPem");
  const authority = await selfSigned.create({ ...caInputs, privateKeyPem: caPrivateKeyPem });
  const leaf = await issue({ caPrivateKeyPem, caCertPem: text(authority, "certPem") });
  expect(certificate(leaf).verify(certificate(authority).publicKey)).toBe(true);
});

test("10.12 a use that does not exist is refused with those that do", async () => {
  const { failures } = await selfSigned.check({ ...caInputs, allowedUses: ["server_auth", "everything"] });
  expect(failures).toHaveLength(1);
  expect(failures?.[0]?.reason).toMatch(/"everything" is no use; allowed are digital_signature, .*server_auth/);
});

test("10.12 a PEM input that changes or is unknown replaces only where PEM text is stored", async () => {
  const leaf = await issue();
  expect(await signed.diff(leaf, { ...leaf.inputs, caCertPem: UNKNOWN })).toBe("replace caCertPem");
  const hashed = { ...leaf, outputs: { ...leaf.outputs, caCertPem: "3f786850e387550fdab836ed7e6dc881de23001b" } };
  expect(await signed.diff(hashed, leaf.inputs)).toBe("same");
  expect(await signed.diff(hashed, { ...leaf.inputs, caCertPem: UNKNOWN })).toBe("same");
});

test("10.12 every allowed use is written", async () => {
  const inputs = { ...caInputs, isCaCertificate: false, allowedUses: ["any_extended", "client_auth", "ipsec_user"] };
  expect(certificate(await selfSigned.create(inputs)).keyUsage).toEqual([
    "2.5.29.37.0",
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.7",
  ]);
});

test("a curve that only the official plugin can sign with is named with those to use", async () => {
  const privateKeyPem = text(await keys.create({ algorithm: "ECDSA" }), "privateKeyPem");
  await expect(selfSigned.create({ ...caInputs, privateKeyPem })).rejects.toThrow("P256, P384 or P521");
});

test("a text that is no key is named", async () => {
  await expect(selfSigned.create({ ...caInputs, privateKeyPem: "x" })).rejects.toThrow(
    "privateKeyPem is no private key",
  );
});
