import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { archivePath, type ChartMirror, definitionTexts, ensureCharts } from "../../rehearsal/charts/index.ts";
import { definitionsIn, readDefinitions } from "../../rehearsal/charts/modules.ts";
import { pins } from "../../rehearsal/charts/pins.ts";
import { type DefinitionSource, readStandIn } from "../../rehearsal/charts/stand-in.ts";
import { cacheFolder } from "../../rehearsal/tools/cache.ts";

/** Long enough for a first run, which downloads the vendors' modules. */
const FIRST_RUN = 600_000;

let folder: string;
let built: ChartMirror;
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charts-"));
  built = await ensureCharts({ cacheDir: folder, onProgress: (line) => lines.push(line) });
}, FIRST_RUN);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the mirror", () => {
  test("holds every chart the program pins, at the pinned version", async () => {
    const expected = Object.values(pins).map(({ name, version }) => `${name}-${version}.tgz`);
    expect((await readdir(built.mirror)).sort()).toEqual(expected.sort());
  });

  test("says of each chart, in one line, that it stands in and what is real in it", async () => {
    for (const pin of Object.values(pins)) {
      const { definitions } = await readStandIn(pin);
      const real = definitions
        ? `with [1-9]\\d* real custom resource definitions of ${definitions.module} ${definitions.version}$`
        : "the real chart defines no kinds$";
      expect(lines).toContainEqual(expect.stringMatching(`^${pin.name} ${pin.version}: stand-in.* ${real}`));
    }
    expect(built.charts.map(({ name }) => name)).toEqual(Object.values(pins).map(({ name }) => name));
  });

  test("has the same bytes wherever it is built", async () => {
    const { mirror } = await ensureCharts({ cacheDir: join(folder, "again") });
    for (const pin of Object.values(pins)) {
      const [first, second] = await Promise.all([built.mirror, mirror].map((one) => readFile(archivePath(one, pin))));
      expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    }
  });

  test("is finished by the next run when a run was interrupted", async () => {
    const [lost, kept] = [pins.certManager, pins.keda].map((pin) => archivePath(built.mirror, pin)) as [string, string];
    const before = await stat(kept);
    await rm(lost);
    await writeFile(`${lost}.4711`, "half a chart");
    await ensureCharts({ cacheDir: folder });
    await rm(`${lost}.4711`);
    expect((await stat(lost)).size).toBeGreaterThan(10_000);
    expect((await stat(kept)).mtimeMs).toBe(before.mtimeMs);
  });
});

describe("the definitions", () => {
  let definitions: Definition[];
  beforeAll(async () => {
    definitions = (await definitionTexts()).map((text) => parse(text) as Definition);
  }, FIRST_RUN);

  test("cover every kind the program creates", () => {
    const kinds = definitions.map(({ spec }) => `${spec.group}/${spec.names.kind}`);
    expect(kinds).toEqual(expect.arrayContaining(KINDS));
  });

  test("are structural, so that the API server checks every field", () => {
    for (const { spec } of definitions)
      for (const { name, schema } of spec.versions)
        expect(untyped(schema.openAPIV3Schema, `${spec.names.kind} ${name}`)).toEqual([]);
  });
});

test("a file with many definitions becomes a file for each", () => {
  const one = (name: string) => `# generated\napiVersion: v1\nkind: CustomResourceDefinition\nname: ${name}\n`;
  const text = `---\n${one("a")}---\nkind: ConfigMap\n---\n${one("b")}`;
  expect(definitionsIn("all.yaml", text)).toEqual([
    ["all.yaml", `\n${one("a")}`],
    ["2-all.yaml", `\n${one("b")}`],
  ]);
});

describe("a vendor's module that cannot be had", () => {
  const environment = { ...process.env };
  afterEach(() => {
    process.env = { ...environment };
  });
  const source = { module: "example.com/absent", version: "v1.0.0", folder: "crds", into: "crds" } as const;

  test("is named, with the proxy that was asked and what to do", async () => {
    process.env["GOPROXY"] = "off";
    await expect(readDefinitions(source, () => {})).rejects.toThrow(
      /example\.com\/absent v1\.0\.0 could not be fetched: .*GOPROXY.*run the same command again/s,
    );
  });

  test("is told apart from a missing Go command", async () => {
    process.env["PATH"] = folder;
    await expect(readDefinitions(source, () => {})).rejects.toThrow(/`go` is not on the PATH/);
  });

  test.each([{ folder: "deploy/elsewhere" }, { prefix: "nothing" }])(
    "is told apart from definitions that moved to %j",
    async (moved) => {
      const { definitions } = await readStandIn(pins.certManager);
      const looked = { ...definitions, ...moved } as DefinitionSource;
      await expect(readDefinitions(looked, () => {})).rejects.toThrow(`has no definition in ${looked.folder}`);
    },
  );
});

test("the project's cache is where the definitions come from", async () => {
  expect(await readdir(join(cacheFolder(), "charts"))).toContain(built.mirror.split("/").at(-1));
});

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

const KINDS = [
  "cert-manager.io/Issuer",
  "cert-manager.io/ClusterIssuer",
  "cert-manager.io/Certificate",
  "keda.sh/ScaledObject",
  "keda.sh/ScaledJob",
  "keda.sh/TriggerAuthentication",
  "keda.sh/ClusterTriggerAuthentication",
  "traefik.io/IngressRoute",
  "traefik.io/Middleware",
  "traefik.io/TLSOption",
  "traefik.io/TLSStore",
  "traefik.io/ServersTransport",
  "monitoring.coreos.com/Prometheus",
  "monitoring.coreos.com/Alertmanager",
  "monitoring.coreos.com/AlertmanagerConfig",
  "monitoring.coreos.com/ServiceMonitor",
  "monitoring.coreos.com/PodMonitor",
  "monitoring.coreos.com/PrometheusRule",
  "monitoring.coreos.com/Probe",
  "postgresql.cnpg.io/Cluster",
  "postgresql.cnpg.io/Pooler",
  "postgresql.cnpg.io/ScheduledBackup",
  "postgresql.cnpg.io/Database",
  "nvidia.com/ClusterPolicy",
  "monitoring.grafana.com/PodLogs",
];

/** Paths of a schema that state no type, which a structural schema may not have. */
function untyped(schema: Schema, path: string): string[] {
  const { type, properties = {}, items, additionalProperties } = schema;
  const open = schema["x-kubernetes-int-or-string"] ?? schema["x-kubernetes-preserve-unknown-fields"];
  return [
    ...(type || open ? [] : [path]),
    ...Object.entries(properties).flatMap(([key, value]) => untyped(value, `${path}.${key}`)),
    ...(items ? untyped(items, `${path}[]`) : []),
    ...(typeof additionalProperties === "object" ? untyped(additionalProperties, `${path}.*`) : []),
  ];
}
