import { configOf, type StackKeys } from "../../support/stack-file";

const served = {
  image: "registry.example.com/app:1.0.0",
  resources: { cpu: "1", memory: "1Gi" },
  port: 8000,
  probes: { ready: "/ready" },
};
const limited = (countedIn: string) => ({ middlewares: { limit: { rateLimit: { average: 1, burst: 1, countedIn } } } });
const throughNone = { ...served, routes: [{ through: ["rate-limt"] }] };

/** What is refused stands in tests/mistakes. */
describe("what fits together is accepted", () => {
  test.each<readonly [string, StackKeys]>([
    ["a namespace of one's own", { system: "shop", namespace: { name: "shop-production" } }],
    ["ACME for a public name", { certificates: { issuer: "acme", acmeEmail: "a@b.example" }, domain: "a.example.com" }],
    ["a dashboard in development", { ingress: { dashboard: true } }],
    [
      "a middleware that the stack file defines",
      { ingress: { middlewares: { "rate-limt": { compress: {} } } }, services: { web: throughNone } },
    ],
    [
      "a count in one Redis",
      { ingress: limited("limits"), stores: { limits: { kind: "redis", keeps: "cache", servers: 1 } } },
    ],
  ])("%s", (_what, keys) => {
    expect(() => configOf(keys)).not.toThrow();
  });
});
