import { problemsOf, type StackKeys } from "../../support/stack-file";

const change = "Change the value, or remove the key if it has a default.";

describe("a mistake becomes a sentence with key, value, what is allowed and the way out", () => {
  test.each<readonly [string, StackKeys, string, string]>([
    [
      "an unknown key",
      { domian: "x.example" },
      'ai-platform:domian (value "x.example") is no known key.',
      "Check the spelling against docs/configuration.md, or remove it.",
    ],
    [
      "several unknown keys in one place",
      { ingress: { replica: 2, tls: true } },
      "ai-platform:ingress.replica (value 2), ai-platform:ingress.tls (value true) is no known key.",
      "Check the spelling against docs/configuration.md, or remove it.",
    ],
    [
      "a missing key",
      { stores: { cache: { kind: "redis" } } },
      'ai-platform:stores.cache.keeps is missing; expected "cache" or "queue".',
      "Add it to the stack file.",
    ],
    [
      "a number too small",
      { ingress: { replicas: 0 } },
      "ai-platform:ingress.replicas is 0, but allowed is at least 1.",
      change,
    ],
    [
      "a number too large",
      { ingress: { replicas: 51 } },
      "ai-platform:ingress.replicas is 51, but allowed is at most 50.",
      change,
    ],
    [
      "a part of a number",
      { ingress: { replicas: 1.5 } },
      "ai-platform:ingress.replicas is 1.5, but allowed is a whole number.",
      change,
    ],
    [
      "a word instead of a number",
      { ingress: { replicas: "two" } },
      'ai-platform:ingress.replicas is "two", but allowed is a value of type number.',
      change,
    ],
    [
      "a list too short",
      { cluster: { apiPorts: [] } },
      "ai-platform:cluster.apiPorts is [], but allowed is at least 1 entries.",
      change,
    ],
    [
      "a wrong choice",
      { size: "huge" },
      'ai-platform:size is "huge", but allowed is "dev" or "small" or "large" or "xlarge".',
      change,
    ],
    [
      "an unknown kind",
      { models: { m: { kind: "tgi" } } },
      'ai-platform:models.m.kind is "tgi", but allowed is "simulator" or "vllm".',
      change,
    ],
    [
      "a value in another form",
      { domain: "Not A Host" },
      'ai-platform:domain is "Not A Host", but allowed is a host name in lower case, for example chat.example.com, each part at most 63 characters.',
      change,
    ],
    [
      "a value of which there are several forms, within a list",
      { ingress: { trustedProxies: ["10.0.0.0/8", "10.0.0.0"] } },
      'ai-platform:ingress.trustedProxies[1] is "10.0.0.0", but allowed is an address range, for example 10.0.0.0/8.',
      change,
    ],
    [
      "two of which only one may be",
      { ingress: { middlewares: { both: { compress: {}, stripPrefix: { prefixes: ["/a"] } } } } },
      'ai-platform:ingress.middlewares.both is {"compress":{},"stripPrefix":{"prefixes":["/a"]}}, but allowed is exactly one of rateLimit, cors, securityHeaders, bodyLimit, stripPrefix, compress, allowAddresses.',
      change,
    ],
    [
      "JSON that is none",
      { ingress: "{replicas: 1" },
      'ai-platform:ingress is "{replicas: 1", but allowed is a value of type object.',
      change,
    ],
  ])("%s", (_what, keys, fault, advice) => {
    expect(problemsOf(keys)).toBe(`Pulumi.test.yaml: ${fault}\n  ${advice}\nNothing was created.`);
  });
});

test("every mistake is told at once", () => {
  const message = problemsOf({ size: "huge", domain: "A", ingress: { replicas: 0 }, "ai-plattform:size": "dev" });
  for (const key of ["ai-platform:size", "ai-platform:domain", "ai-platform:ingress.replicas", "ai-plattform:size"])
    expect(message).toContain(`Pulumi.test.yaml: ${key}`);
});
