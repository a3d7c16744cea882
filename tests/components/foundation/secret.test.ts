import {
  OwnedSecret,
  type SecretArgs,
  ServerCertificate,
  serverNames,
  type Site,
} from "../../../components/foundation";
import { recordMade, valueOf } from "../../support/builders";

async function keys(args: Omit<SecretArgs, "namespace">) {
  const make = ({ namespace }: Site) => new OwnedSecret("keys", { namespace, ...args });
  const { made: secret, stack } = await recordMade(make);
  return { stack, secret, object: stack.get("keys", "Secret") };
}

test("values are generated, or given, and secret as a whole", async () => {
  const { stack, object } = await keys({ generate: ["password"], given: { username: "platform" } });
  expect(stack.get("keys-password").inputs).toEqual({ length: 32, special: false });
  expect(object.inputs).toMatchObject({
    stringData: { username: "platform", password: "generated-keys-password" },
  });
  expect(object.secretInputs).toContain("stringData");
});

test("a changed value is a new Secret, because its name is made by the provider; a chart's is fixed", async () => {
  expect((await keys({ generate: ["a"] })).object.inputs).not.toHaveProperty("metadata.name");
  expect((await keys({ generate: ["a"], fixedName: "known" })).object.inputs).toMatchObject({
    metadata: { name: "known", labels: { "app.kubernetes.io/name": "known" } },
  });
});

test("servers get credentials in files of their own format", async () => {
  const derived: SecretArgs["derived"] = ({ password }) =>
    password ? { "auth.conf": password.apply((value) => `requirepass ${value}`) } : {};
  const { object } = await keys({ generate: ["password"], derived });
  expect(object.inputs).toMatchObject({ stringData: { "auth.conf": "requirepass generated-keys-password" } });
});

test("clients get the Secret's name and the keys they need", async () => {
  const { secret } = await keys({ generate: ["password", "other"] });
  const { keys: needed, secretName } = secret.credentials("password");
  expect(needed).toEqual(["password"]);
  expect(await valueOf(secret.value("password"))).toBe("generated-keys-password");
  expect(secretName).toBe(secret.secretName);
  expect(() => secret.value("missing")).toThrow(
    'There is no key "missing" in this secret; its keys are password, other.',
  );
});

test("a server certificate is signed by our authority, for every name a pod may use", async () => {
  const { stack } = await recordMade(({ namespace, authority }) => {
    new ServerCertificate("cache-tls", { namespace, authority, services: ["cache"] });
  });
  expect(stack.get("cache-tls-request").inputs).toMatchObject({ dnsNames: serverNames(["cache"], "ai-platform") });
  expect(stack.get("cache-tls-certificate").inputs).toMatchObject({
    caCertPem: "certificate authority-certificate\n",
    allowedUses: expect.arrayContaining(["server_auth"]),
  });
  expect(stack.get("cache-tls", "Secret")).toMatchObject({
    inputs: {
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": "certificate cache-tls-certificate\n", "ca.crt": "certificate authority-certificate\n" },
    },
    secretInputs: ["stringData"],
  });
});

test("those names are the Service's in every form, its pods', and the pod's own", () => {
  expect(serverNames(["cache"], "data")).toEqual([
    "cache.data.svc.cluster.local",
    "cache.data.svc",
    "cache.data",
    "cache",
    "*.cache.data.svc.cluster.local",
    "localhost",
  ]);
});
