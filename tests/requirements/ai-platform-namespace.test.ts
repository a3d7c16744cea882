import { parseConfig } from "../../components/config";
import type { Recorded } from "../support/mocks";
import { object, objectsIn } from "../support/objects";
import { recordStack, stackConfig } from "../support/program";
import { cluster, container, NAMESPACE, PARTS, service, STACK, workload, workloads } from "./web-platform";

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK);
});

describe("the namespace", () => {
  test("B1 namespace ai-platform is made by the program, before anything in it", () => {
    const { urn } = recorded.object("Namespace", "ai-platform");
    const inside = recorded.resources.filter(
      ({ inputs }) => (inputs["metadata"] as { namespace?: string } | undefined)?.namespace === NAMESPACE,
    );
    expect(inside.length).toBeGreaterThan(30);
    expect(inside.filter(({ dependsOn }) => !dependsOn.includes(urn)).map(({ name }) => name)).toEqual([]);
  });

  test("B2 the namespace has the label name=ai-platform", () => {
    expect(object(recorded, "Namespace", NAMESPACE).metadata.labels["name"]).toBe("ai-platform");
  });

  test("B3 the namespace has the label environment=production, and pod-security labels", () => {
    expect(object(recorded, "Namespace", NAMESPACE).metadata.labels).toMatchObject({
      environment: "production",
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    });
  });

  test("B4 it holds four components and no other: frontend, backend, database (PostgreSQL), cache (Redis)", () => {
    const deployed = [...workloads(recorded), cluster(recorded)].map(({ metadata }) => metadata.labels["component"]);
    expect(deployed.sort()).toEqual([...PARTS].sort());
    expect(cluster(recorded).spec.imageName).toContain("/postgresql:16");
    expect(container(recorded, "redis").image).toContain("/redis:7");
    expect(objectsIn(recorded, NAMESPACE, "Job", "DaemonSet", "CronJob", "Pod")).toEqual([]);
  });
});

describe("labels", () => {
  const expected = (component: string) => ({ app: "ai-platform", component });

  /** Labels of a part's workload, of its pods, of the workload's selector and of the Service's. */
  const labelsOf = (part: (typeof PARTS)[number]) => {
    const selector = service(recorded, part).spec.selector;
    if (part === "database") {
      const { metadata, spec } = cluster(recorded);
      return [metadata.labels, spec.inheritedMetadata.labels, selector];
    }
    const { metadata, spec } = workload(recorded, part);
    return [metadata.labels, spec.template.metadata.labels, spec.selector.matchLabels, selector];
  };

  test("B5 every workload, pod and service selector has app: ai-platform", () => {
    for (const part of PARTS) for (const labels of labelsOf(part)) expect(labels).toMatchObject({ app: "ai-platform" });
  });

  test("B6 and component: frontend, backend, database or redis, beside the app.kubernetes.io labels", () => {
    for (const part of PARTS) for (const labels of labelsOf(part)) expect(labels).toMatchObject(expected(part));
    for (const { metadata } of workloads(recorded))
      expect(metadata.labels).toMatchObject({
        "app.kubernetes.io/name": metadata.name,
        "app.kubernetes.io/instance": metadata.name,
        "app.kubernetes.io/part-of": "ai-platform",
        "app.kubernetes.io/managed-by": "pulumi",
      });
  });
});

describe("settings and structure", () => {
  test.each(["frontend", "backend"])("B7 replicas, image and resources of the %s are typed keys", (part) => {
    const { texts, secret } = stackConfig(STACK);
    const services = JSON.parse(texts["ai-platform:services"] ?? "") as Record<string, Record<string, unknown>>;
    const wrong = (keys: object) => {
      const changed = { ...services, [`ai-platform-${part}`]: { ...services[`ai-platform-${part}`], ...keys } };
      return () =>
        parseConfig({ texts: { ...texts, "ai-platform:services": JSON.stringify(changed) }, secret }, "test");
    };
    expect(wrong({})).not.toThrow();
    expect(wrong({ replicas: "two" })).toThrow(`ai-platform-${part}.replicas is "two", but allowed is`);
    expect(wrong({ image: "ai-platform:latest" })).toThrow("an image with its registry and an exact version");
    expect(wrong({ resources: { cpu: "0.1", memory: "256Mi" } })).toThrow("CPU as in 250m or 2");
    expect(wrong({ resources: { cpu: "1", memory: "1Gi", limits: { memory: "1G" } } })).toThrow(
      "a quantity as in 512Mi",
    );
  });

  test("B8 every part is a component of the program, and no chart is our own", () => {
    const typeOf = (part: string) =>
      recorded.resources.find(({ name, type }) => name === part && type.startsWith("ai-platform:"))?.type;
    expect(PARTS.map((part) => typeOf(`ai-platform-${part}`))).toEqual([
      "ai-platform:services:Service",
      "ai-platform:services:Service",
      "ai-platform:stores:Postgres",
      "ai-platform:stores:Redis",
    ]);
    const charts = recorded.ofType("Release").map(({ inputs }) => String(inputs["chart"]).split("/").at(-1));
    expect(charts.sort()).toEqual(["cert-manager", "cloudnative-pg", "kube-prometheus-stack", "traefik"]);
  });
});
