import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { charts, images } from "../../components/versions";
import type { Recorded } from "../support/mocks";
import { object, objectsIn } from "../support/objects";
import { recordStack } from "../support/program";
import { cluster, container, containers, NAMESPACE, STACK, STACK_FILE, workload, workloads } from "./web-platform";

const read = (path: string) => readFileSync(join(__dirname, "../..", path), "utf8");

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK);
});

describe("updates", () => {
  test.each(["frontend", "backend"] as const)(
    "B63 the %s is updated by one new pod at a time, and none is missing",
    (part) => {
      expect(workload(recorded, part).spec.strategy).toEqual({
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
    },
  );

  test.each(["frontend", "backend"] as const)(
    "B64 an old pod of the %s ends only once a new one is ready, and the deployment waits",
    (part) => {
      const { metadata, spec } = workload(recorded, part);
      expect(spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
      expect(container(recorded, part).readinessProbe).toBeDefined();
      expect(metadata.annotations ?? {}).not.toHaveProperty(["pulumi.com/skipAwait"]);
    },
  );

  test("B65 one command makes everything, every namespace first", () => {
    const made = recorded.ofType("Namespace").flatMap(({ type, inputs }) => {
      const { name } = (inputs["metadata"] ?? {}) as { name?: string };
      return type.startsWith("kubernetes:") && name ? [name] : [];
    });
    expect(made).toContain("ai-platform");
    const used = recorded.resources.map(
      ({ inputs }) => (inputs["metadata"] as { namespace?: string } | undefined)?.namespace ?? inputs["namespace"],
    );
    expect(used.filter((name) => typeof name === "string" && !made.includes(name))).toEqual([]);
    expect(read("examples/ai-platform/README.md")).toContain(`make up STACK=${STACK}`);
  });
});

describe("self-healing", () => {
  test("B66 a crashed container is started again: nothing changes the restart policy from Always", () => {
    const policies = workloads(recorded).map(({ spec }) => spec.template.spec.restartPolicy ?? "Always");
    expect(policies).toEqual(["Always", "Always", "Always"]);
  });

  test("B67 all four components are watched for life and readiness", () => {
    for (const part of ["frontend", "backend", "redis"] as const) {
      const { livenessProbe, readinessProbe } = container(recorded, part);
      expect([part, livenessProbe !== undefined, readinessProbe !== undefined]).toEqual([part, true, true]);
    }
    expect(cluster(recorded).spec.probes).toMatchObject({ startup: {}, readiness: {} });
  });

  test("B68 every container has requests and limits, and those that state none get some", () => {
    for (const { name, resources } of [...containers(recorded), { name: "database", ...cluster(recorded).spec }])
      expect({ name, resources }).toEqual({
        name,
        resources: {
          requests: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
          limits: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
        },
      });
    const [defaults] = objectsIn(recorded, NAMESPACE, "LimitRange");
    expect(defaults?.spec["limits"]).toMatchObject([{ type: "Container", default: {}, defaultRequest: {} }]);
  });
});

describe("hardening", () => {
  test("B72 all pods run as a user that is not root; the API server refuses any other", () => {
    for (const { spec } of workloads(recorded)) {
      expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(spec.template.spec.securityContext).not.toMatchObject({ runAsUser: 0 });
    }
    expect(object(recorded, "Namespace", NAMESPACE).metadata.labels["pod-security.kubernetes.io/enforce"]).toBe(
      "restricted",
    );
  });

  test("B73 no container writes to its root, only to the folders that it is given", () => {
    for (const { securityContext } of containers(recorded))
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    const writable = (part: "frontend" | "backend" | "redis") =>
      container(recorded, part)
        .volumeMounts.filter(({ readOnly }) => !readOnly)
        .map(({ mountPath }) => mountPath)
        .sort();
    expect(writable("frontend")).toEqual(["/tmp", "/var/cache/nginx"]);
    expect(writable("backend")).toEqual(["/app/data", "/app/logs", "/tmp"]);
    expect(writable("redis")).toEqual(["/data", "/tmp"]);
  });
});

describe("B74 images are of official bases, exact, and refreshed", () => {
  interface Manager {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
  }
  // The file is JSON5, which is also an expression of JavaScript.
  const { customManagers } = runInNewContext(`(${read("renovate.json5")})`) as { customManagers: readonly Manager[] };

  /** What Renovate finds in a file, as its groups. */
  const found = (path: string) =>
    customManagers
      .filter(({ managerFilePatterns }) => managerFilePatterns.some((pattern) => matches(pattern, path)))
      .flatMap(({ matchStrings }) => matchStrings)
      .flatMap((pattern) => [...read(path).matchAll(new RegExp(pattern, "g"))].map(({ groups = {} }) => groups));

  test("B74 every pin of the program but our own image is refreshed by Renovate, digests with it", () => {
    const seen = found("components/versions.ts");
    const { backend: _ours, ...foreign } = images;
    expect(seen.map(({ currentValue }) => currentValue)).toEqual([
      ...Object.values(charts).map(({ version }) => version),
      ...Object.values(foreign).map(({ tag }) => tag),
    ]);
    const digests = Object.values(foreign).flatMap((image) => ("digest" in image ? [image.digest] : []));
    expect(seen.flatMap(({ currentDigest }) => currentDigest ?? [])).toEqual(digests);
  });

  test("B74 the rule by which Renovate compares versions fits the pin that it stands above", () => {
    for (const { depName, currentValue = "", versioning = "" } of found("components/versions.ts"))
      if (versioning.startsWith("regex:"))
        expect([depName, new RegExp(versioning.slice("regex:".length)).test(currentValue)]).toEqual([depName, true]);
  });

  test("B74 Redis and PostgreSQL are images of their own projects, and every image of the stack file has a digest", () => {
    expect([images.redis.repository, images.postgresOperand.repository]).toEqual([
      "docker.io/library/redis",
      "ghcr.io/cloudnative-pg/postgresql",
    ]);
    const seen = found(STACK_FILE);
    expect(seen).toHaveLength(3);
    for (const { currentDigest } of seen) expect(currentDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

/** A pattern of Renovate, `/.../`, or a glob, which this project does not use. */
function matches(pattern: string, path: string): boolean {
  return new RegExp(pattern.slice(1, -1)).test(path);
}
