import { record } from "../support/mocks";
import { configOf, surroundings } from "../support/builders";

const acme = JSON.stringify({ issuer: "acme", acmeEmail: "platform@example.com" });

function deployed(keys: Record<string, string> = {}) {
  return record(() => {
    const { certificates, namespace } = surroundings(configOf(keys));
    certificates.certificate("api", { namespace, hosts: ["api.example.com"] }, {});
  });
}

describe("with the internal issuer", () => {
  test("cert-manager runs in a restricted namespace of its own, and before any issuer", async () => {
    const stack = await deployed();
    expect(stack.get("certificates", "core/v1:Namespace").inputs).toMatchObject({
      metadata: { name: "cert-manager", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    const manager = stack.get("certificates", "Release");
    expect(stack.get("issuer-internal").dependsOn).toContain(manager.urn);
    expect(manager.parent).toBe(stack.get("certificates", "Certificates").urn);
  });

  test("the issuer's key is not the root authority's, which vouches for it and stays out of the cluster", async () => {
    const stack = await deployed();
    expect(stack.get("certificates-issuer-certificate").inputs).toMatchObject({
      isCaCertificate: true,
      caCertPem: "certificate authority-certificate\n",
    });
    const secret = stack.get("certificates-issuer");
    expect(secret.secretInputs).toContain("stringData");
    const { stringData } = secret.inputs as { stringData: Record<string, string> };
    expect(stringData["tls.crt"]).toBe(
      "certificate certificates-issuer-certificate\ncertificate authority-certificate\n",
    );
    const everySecret = JSON.stringify(stack.ofType("core/v1:Secret").map(({ inputs }) => inputs));
    expect(everySecret).not.toContain("key of authority-key");
  });

  test("a deployment waits until a certificate is issued by the one issuer", async () => {
    const certificate = (await deployed()).get("api-tls");
    expect(certificate.inputs).toMatchObject({
      metadata: { namespace: "ai-platform", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      spec: {
        secretName: "api-tls",
        dnsNames: ["api.example.com"],
        issuerRef: { name: "internal", kind: "ClusterIssuer" },
      },
    });
  });

  test("nothing may reach the internet", async () => {
    const names = (await deployed()).ofType("NetworkPolicy").map(({ name }) => name);
    expect(names).not.toContain("certificates-reach-internet");
  });
});

describe("with an ACME service", () => {
  test("A26 C134 a cluster-wide issuer orders certificates and solves HTTP challenges through Traefik", async () => {
    const stack = await deployed({ domain: "chat.example.com", certificates: acme });
    expect(stack.get("issuer-acme").inputs).toMatchObject({
      kind: "ClusterIssuer",
      spec: {
        acme: {
          server: "https://acme-v02.api.letsencrypt.org/directory",
          email: "platform@example.com",
          solvers: [{ http01: { ingress: { ingressClassName: "traefik" } } }],
        },
      },
    });
    expect(stack.ofType("NetworkPolicy").map(({ name }) => name)).toContain("certificates-reach-internet");
  });

  test("C282 the certificate names that issuer, and no deployment waits for DNS it makes possible itself", async () => {
    const certificate = (await deployed({ domain: "chat.example.com", certificates: acme })).get("api-tls");
    expect(certificate.inputs).toMatchObject({ spec: { issuerRef: { name: "acme" } } });
    expect(certificate.inputs).not.toHaveProperty("metadata.annotations");
  });
});

test("Prometheus may scrape the controller, and only the controller", async () => {
  const stack = await deployed();
  expect(stack.get("prometheus-to-cert-manager-ingress").inputs).toMatchObject({
    metadata: { namespace: "cert-manager" },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/component": "controller" } },
      ingress: [{ ports: [{ protocol: "TCP", port: 9402 }] }],
    },
  });
});
