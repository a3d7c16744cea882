import { exempt } from "../../components/foundation/names";
import { policy } from "../../policies/pack";
import { message, resourceRule, stackRule, violation } from "../../policies/rule";
import { configMap, declaration, deployment, namespace, release } from "./builders";
import { run, UNKNOWN_STRING } from "./engine";

const noReplicas = {
  name: "no-replicas",
  why: "It is a test.",
  fix: "remove it",
};
const alone = resourceRule({ ...noReplicas, check: (object) => [violation(object.at("spec", "replicas"), "absent")] });
const together = stackRule({
  ...noReplicas,
  check: (stack) => stack.map((object) => violation(object.at("spec", "replicas"), `one of ${stack.length}`)),
});

const scaled = (replicas: unknown, name = "backend") =>
  declaration(
    "kubernetes:apps/v1:Deployment",
    { metadata: { name, namespace: "ai-platform" }, spec: { replicas } },
    { name },
  );

describe("a message", () => {
  const text = (object: ReturnType<typeof deployment>) => alone.judge([object]).map((found) => message(alone, found));

  test("says which object has what where, what is allowed, why, and how to fix it", () => {
    expect(text(deployment())).toEqual([
      "Deployment ai-platform/backend: spec.replicas is 2, must be absent. It is a test. Fix: remove it.",
    ]);
  });

  test("calls an object without a namespace by its name", () => {
    expect(text(namespace())).toEqual([expect.stringMatching(/^Namespace ai-platform: /)]);
  });

  test("calls a Release by its own name and namespace", () => {
    expect(text(release())).toEqual([expect.stringMatching(/^Release keda\/keda: /)]);
  });

  test("calls an object without a name by its name in the program", () => {
    expect(text(configMap({ "metadata.name": undefined }, { name: "settings" }))).toEqual([
      expect.stringMatching(/^ConfigMap ai-platform\/settings: /),
    ]);
  });
});

describe("a policy", () => {
  test("has the rule's name, its name as a sentence, its fix, and room for exemptions", () => {
    expect(policy(alone)).toMatchObject({
      name: "no-replicas",
      description: "No replicas.",
      remediationSteps: "remove it",
      configSchema: { properties: { exemptions: { type: "array" }, annotations: { enum: ["honoured", "ignored"] } } },
    });
    expect(policy({ ...alone, name: "pods-run-as-non-root" }).description).toBe("Pods run as non root.");
  });

  test("reports an object as the engine shows it, before it is created", async () => {
    const resource = scaled(2);
    expect(await run(policy(alone), [resource])).toEqual([
      [
        "Deployment ai-platform/backend: spec.replicas is 2, must be absent. It is a test. Fix: remove it.",
        resource.urn,
      ],
    ]);
  });

  test("judges a stack by its inputs, whatever the API server has made of them", async () => {
    const [one, two] = [scaled(2, "one"), scaled(3, "two")];
    expect(await run(policy(together), [one, two])).toEqual([
      ["Deployment ai-platform/one: spec.replicas is 2, must be one of 2. It is a test. Fix: remove it.", one.urn],
      ["Deployment ai-platform/two: spec.replicas is 3, must be one of 2. It is a test. Fix: remove it.", two.urn],
    ]);
  });

  test("judges a stack without what has left it", async () => {
    const subject = policy(together);
    await run(subject, [scaled(2, "gone")]);
    expect(await run(subject, [scaled(3, "left")])).toEqual([
      [expect.stringContaining("must be one of 1"), expect.anything()],
    ]);
  });

  test("says the same thing about an object once", async () => {
    const twice = resourceRule({
      ...noReplicas,
      check: (object) => [object, object].map((it) => violation(it.at("kind"), "x")),
    });
    expect(await run(policy(twice), [scaled(2)])).toHaveLength(1);
  });

  test.each(["random:index/randomPassword:RandomPassword", "pulumi:providers:kubernetes", "ai-platform:redis:Redis"])(
    "leaves %s alone",
    async (type) => {
      const resource = declaration(type, { spec: { replicas: 2 } });
      expect(await run(policy(alone), [resource])).toEqual([]);
      expect(await run(policy(together), [resource])).toEqual([]);
    },
  );

  test("says nothing about a value that a preview does not know", async () => {
    expect(await run(policy(alone), [scaled(UNKNOWN_STRING)])).toEqual([]);
    expect(await run(policy(together), [scaled([UNKNOWN_STRING])])).toEqual([]);
  });

  test("still judges what is known beside it", async () => {
    const metadata = { name: UNKNOWN_STRING, namespace: UNKNOWN_STRING };
    const resource = declaration("kubernetes:apps/v1:Deployment", { metadata, spec: { replicas: 2 } });
    expect(await run(policy(alone), [resource])).toEqual([
      [expect.stringContaining("Deployment backend: "), resource.urn],
    ]);
  });

  test("lets an exempt object pass, and only that", async () => {
    const exemptions = [{ resource: "Deployment/one", reason: "a single writer" }];
    const resources = [scaled(2, "one"), scaled(3, "two")];
    for (const rule of [alone, together])
      expect(await run(policy(rule), resources, { exemptions })).toEqual([
        [expect.stringContaining("/two:"), expect.anything()],
      ]);
  });

  describe("of an object that exempts itself", () => {
    const exempted = (annotations: object, name = "one") =>
      declaration(
        "kubernetes:apps/v1:Deployment",
        { metadata: { name, annotations }, spec: { replicas: 2 } },
        { name },
      );
    const resources = [exempted(exempt("no-replicas", "a single writer")), exempted({}, "two")];

    test("lets it pass, and only it", async () => {
      for (const rule of [alone, together])
        expect(await run(policy(rule), resources)).toEqual([[expect.stringContaining("two:"), expect.anything()]]);
    });

    test("refuses it where the operator ignores annotations", async () => {
      for (const rule of [alone, together])
        expect(await run(policy(rule), resources, { annotations: "ignored" })).toEqual([
          [expect.stringContaining("one:"), expect.anything()],
          [expect.stringContaining("two:"), expect.anything()],
        ]);
    });

    test("lets it pass there too if the operator exempts it himself", async () => {
      const exemptions = [{ resource: "Deployment/one", reason: "a single writer" }];
      for (const rule of [alone, together])
        expect(await run(policy(rule), resources, { annotations: "ignored", exemptions })).toEqual([
          [expect.stringContaining("two:"), expect.anything()],
        ]);
    });

    test("says nothing while a preview does not know its annotations", async () => {
      expect(await run(policy(alone), [exempted({ [`ai-platform.dev/exempt.no-replicas`]: UNKNOWN_STRING })])).toEqual(
        [],
      );
    });
  });

  test("stops at an exemption of yesterday", async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const exemptions = [{ resource: "Deployment/one", reason: "a single writer", expires: yesterday }];
    await expect(run(policy(alone), [scaled(2)], { exemptions })).rejects.toThrow(`expired on ${yesterday}`);
  });
});
