import { complaintAbout, describeMistakes, soundKeys } from "./base";
import { parseConfig } from "../../components/config";
import { stringify } from "yaml";
import { rawConfig } from "../support/program";

test("the stack file that all mistakes start from has none", () => {
  const config = Object.fromEntries(Object.entries(soundKeys()).map(([key, part]) => [`ai-platform:${key}`, part]));
  expect(parseConfig(rawConfig(stringify({ config })), "Pulumi.shop.yaml").parts).toHaveLength(11);
});

describeMistakes("a mistake about the system is refused", [
  ["system", "Shop", "ai-platform:system", "lower-case"],
  ["system", "shop_1", "dashes"],
  ["system", "kube-system", "namespace of Kubernetes"],
  ["system", "monitoring", "add-on"],
  ["system", "cnpg-system", "add-on"],
  ["system", "a".repeat(64), "at most 40"],
  ["namespace", { name: "traefik" }, "ai-platform:namespace.name", "taken are"],
  ["namespace", { name: "x", label: {} }, "namespace.label", "no known key"],
  ["namespace", { labels: { environment: "pro duction" } }, "namespace.labels.environment"],
  ["size", "medium", '"medium"', '"small"'],
  ["protect", "yes", "ai-platform:protect", "boolean"],
  ["domain", "https://shop.example.com", "ai-platform:domain", "host name"],
  ["domain", "Shop.example.com", "lower case"],
  ["domain", `${"a".repeat(64)}.example.com`, "63 characters"],
  ["labels", { "bad key!": "x" }, "ai-platform:labels"],
  ["labels", { app: "x".repeat(64) }, "63 characters"],
  ["cluster", { dnsAddresses: ["10.0.0.10"] }, "cluster.dnsAddresses[0]", "address range"],
  ["cluster", { apiPorts: [] }, "cluster.apiPorts", "at least 1"],
  ["cluster", { apiPorts: [70_000] }, "cluster.apiPorts[0]", "65535"],
  ["cluster", { architecture: "x86" }, "amd64"],
  ["cluster", { contxt: "prod" }, "cluster.contxt", "no known key"],
  ["artifacts", { imageMirror: "https://registry.example.com" }, "artifacts.imageMirror", "without a scheme"],
  ["artifacts", { chartMirror: "http://charts.example.com" }, "artifacts.chartMirror", "oci://"],
  ["artifacts", { pullSecret: "abc" }, "artifacts.pullSecret"],
  ["ingres", {}, "ai-platform:ingres", "no known key"],
]);

describeMistakes("a mistake about certificates is refused", [
  ["certificates/issuer", "letsencrypt", '"internal" or "acme"'],
  ["certificates/acmeEmail", undefined, "certificates.acmeEmail is missing"],
  ["certificates/acmeEmail", "ops", "certificates.acmeEmail"],
  ["certificates/acmeServer", "http://acme.example.com", "certificates.acmeServer"],
  ["certificates/issuerName", "Lets Encrypt", "certificates.issuerName"],
  ["domain", "ai.localhost", "public names"],
]);

describeMistakes("a mistake about monitoring and logging is refused", [
  ["monitoring/retention", "15 days", "monitoring.retention", "15d"],
  ["monitoring/storage", "50GB", "monitoring.storage", "10Gi"],
  ["monitoring/memory", 4096, "monitoring.memory"],
  ["monitoring/replicas", 0, "monitoring.replicas is 0", "at least 1"],
  ["monitoring/receivers/pager", { webhook: "https://hooks.example.com/T0/abc" }, "monitoring.receivers.pager.webhook"],
  ["monitoring/receivers/pager", {}, "exactly one of webhook"],
  ["monitoring/receivers/pager/webhook", { secret: "pagerURL" }, '"pagerURL"', "pagerUrl"],
  ["monitoring/receivers/pager/severities", ["page"], '"warning" or "critical"'],
  [
    "monitoring/receivers/mail",
    { email: { to: "a@example.com", from: "b@example.com", smarthost: "smtp" } },
    "host and port",
  ],
  ["logging/retention", "forever", "logging.retention"],
  ["logging/storage", "5G", "logging.storage"],
]);

describeMistakes("a mistake about the edge is refused", [
  ["ingress/replicas", 0, "ingress.replicas is 0"],
  ["ingress/service", "Nodeport", '"NodePort"'],
  ["ingress/trustedProxies", ["0.0.0.0/0"], "ingress.trustedProxies", "forge"],
  ["ingress/trustedProxies", ["::/0"], "forge"],
  ["ingress/trustedProxies", ["10.0.0.1"], "ingress.trustedProxies[0]", "address range"],
  ["ingress/middlewares/uploads/rateLimit/average", 0, "rateLimit.average is 0"],
  ["ingress/middlewares/uploads/rateLimit/burst", undefined, "rateLimit.burst is missing"],
  ["ingress/middlewares/uploads/rateLimit/countedIn", "queue", "servers: 1"],
  ["ingress/middlewares/uploads/rateLimit/countedIn", "postgres", "redis"],
  ["ingress/middlewares/uploads", { rateLimt: { average: 1, burst: 1 } }, "rateLimt", "no known key"],
  ["ingress/middlewares/uploads", {}, "exactly one of rateLimit"],
  ["ingress/middlewares/cors", { cors: { origins: ["*"] } }, "cors.origins[0]", "origin"],
  ["ingress/middlewares/cors", { cors: { origins: ["https://app.example.com/login"] } }, "without a path"],
  ["ingress/middlewares/big", { bodyLimit: { maximum: "lots" } }, "bodyLimit.maximum"],
  ["ingress/middlewares/Cors", { cors: {} }, "ai-platform:ingress.middlewares"],
  ["ingress/tlsSecrets", { "Shop.example.com": "shop-tls" }, "ingress.tlsSecrets"],
  ["ingress/dashbord", true, "no known key"],
]);

test("the dashboard of the edge is refused where the stack counts as production", () => {
  const keys = { ...soundKeys(), protect: true, ingress: { dashboard: true } };
  expect(complaintAbout(keys)).toMatch(/ai-platform:ingress\.dashboard is true.*protect: true/);
});

test("a key with a misspelt prefix, which Pulumi would ignore, is refused", () => {
  const text = complaintAbout({ size: "dev" }, "ai-platfrom:");
  expect(text).toMatch(/ai-platfrom:size belongs to "ai-platfrom", which nothing reads/);
  expect(text).toMatch(/Did you mean ai-platform:size\?/);
});

test("every mistake of a file is told at once", () => {
  const keys = { ...soundKeys(), size: "medium", domain: "x y", protect: 1 };
  expect(complaintAbout(keys).match(/Pulumi\.shop\.yaml:/g)).toHaveLength(3);
});
