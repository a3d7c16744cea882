import { Certificates } from "../../../components/platform/certificates";
import { certificatesKeys } from "../../../components/platform/certificates/keys";
import { keysOf, recordPart } from "../../support/builders";
import { flows } from "../../support/edges";

const acme = { issuer: "acme", acmeEmail: "platform@example.com" };

const certificates = (keys: object = {}) =>
  recordPart((site) => {
    const part = new Certificates("certificates", { ...keysOf(certificatesKeys, keys), site });
    part.certificate({ namespace: site.namespace, host: "api.example.com", secretName: "api-tls" }, {});
    return part;
  });

describe("with the internal issuer", () => {
  test("cert-manager runs in a restricted namespace of its own, and before any issuer", async () => {
    const { stack } = await certificates();
    expect(stack.object("Namespace", "cert-manager").inputs).toMatchObject({
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    const manager = stack.get("certificates", "Release");
    expect(manager.inputs).toMatchObject({ name: "cert-manager", namespace: "cert-manager" });
    expect(stack.get("issuer-internal").dependsOn).toContain(manager.urn);
    expect(manager.parent).toBe(stack.get("certificates", "Certificates").urn);
  });

  test("the issuer's key is not the root authority's, which vouches for it and stays out of the cluster", async () => {
    const { stack } = await certificates();
    expect(stack.get("certificates-issuer-certificate").inputs).toMatchObject({
      isCaCertificate: true,
      caCertPem: "certificate authority-certificate\n",
    });
    const secret = stack.get("certificates-issuer", "Secret");
    expect(secret.secretInputs).toContain("stringData");
    const { stringData } = secret.inputs as { stringData: Record<string, string> };
    expect(stringData["tls.crt"]).toBe(
      "certificate certificates-issuer-certificate\ncertificate authority-certificate\n",
    );
    const everySecret = JSON.stringify(stack.ofType("Secret").map(({ inputs }) => inputs));
    expect(everySecret).not.toContain("key of authority-key");
  });

  test("a deployment waits until a certificate is issued by the one issuer", async () => {
    const { stack } = await certificates();
    const certificate = stack.get("api-tls", "Certificate");
    expect(certificate.inputs).toMatchObject({
      metadata: { namespace: "ai-platform", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      spec: {
        secretName: "api-tls",
        dnsNames: ["api.example.com"],
        issuerRef: { name: "internal", kind: "ClusterIssuer" },
      },
    });
    expect(certificate.dependsOn).toContain(stack.get("issuer-internal").urn);
  });

  test("nothing may reach the internet", async () => {
    const { part, stack } = await certificates();
    expect(flows(stack).access.join()).not.toMatch(/cert-manager.* -> public addresses|:80,/);
    expect(part.challenge).toBeUndefined();
  });
});

describe("with an ACME service", () => {
  test("A26 C134 a cluster-wide issuer orders certificates and solves HTTP challenges through Traefik", async () => {
    const { part, stack } = await certificates(acme);
    expect(stack.get("issuer-acme").inputs).toMatchObject({
      kind: "ClusterIssuer",
      spec: {
        acme: {
          server: "https://acme-v02.api.letsencrypt.org/directory",
          email: "platform@example.com",
          solvers: [{ http01: { ingress: { ingressClassName: "traefik", serviceType: "ClusterIP" } } }],
        },
      },
    });
    expect(flows(stack).access).toEqual(
      expect.arrayContaining(["cert-manager/* -> public addresses:443", "cert-manager/* -> anywhere:80,443,8000,8443"]),
    );
    expect(part.challenge).toEqual({ labels: { "acme.cert-manager.io/http01-solver": "true" }, port: 8089 });
  });

  test("C282 the certificate names that issuer, and no deployment waits for DNS it makes possible itself", async () => {
    const { stack } = await certificates(acme);
    const { inputs } = stack.get("api-tls", "Certificate");
    expect(inputs).toMatchObject({ spec: { issuerRef: { name: "acme" } } });
    expect(inputs).not.toHaveProperty("metadata.annotations");
  });

  test("a contact address is needed, and the error says which key", async () => {
    await expect(certificates({ issuer: "acme" })).rejects.toThrow("set ai-platform:certificates.acmeEmail");
  });
});

test("a system may fix the issuer's name", async () => {
  const { stack } = await certificates({ ...acme, issuerName: "letsencrypt-prod" });
  expect(stack.object("ClusterIssuer", "letsencrypt-prod").inputs).toHaveProperty("spec.acme");
  expect(stack.get("api-tls", "Certificate").inputs).toMatchObject({
    spec: { issuerRef: { name: "letsencrypt-prod" } },
  });
});

test("Prometheus may scrape the controller, and only the controller", async () => {
  const { part } = await certificates();
  expect(part.metrics).toEqual([
    {
      name: "cert-manager",
      peer: {
        namespace: "cert-manager",
        labels: { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller" },
      },
      port: 9402,
    },
  ]);
});
