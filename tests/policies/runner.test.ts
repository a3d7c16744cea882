import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  type AnalyzeResponse,
  type AnalyzerInfo,
  AnalyzerResourceOptions,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { exempt } from "../../components/foundation/names";
import type { KubernetesObject } from "../../policies/kubernetes";
import { rules } from "../../policies/rules";
import { declaration, postgresCluster, release } from "./builders";

const pack = join(__dirname, "../../policies");

/** Starts the pack as language hosts do, and returns the port it prints. */
async function start(): Promise<{ runner: ChildProcess; port: string }> {
  const program = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const runner = spawn(process.execPath, [program, "127.0.0.1:0", "."], {
    cwd: pack,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  runner.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
  for await (const line of createInterface(runner.stdout)) {
    if (/^\d+$/.test(line)) return { runner, port: line };
    errors.push(line);
  }
  throw new Error(`The policy pack ended before it printed a port:\n${errors.join("\n")}`);
}

describe("the pack in Pulumi's policy runner", () => {
  let runner: ChildProcess;
  let engine: AnalyzerClient;

  beforeAll(async () => {
    const started = await start();
    runner = started.runner;
    engine = new AnalyzerClient(`127.0.0.1:${started.port}`, credentials.createInsecure());
  }, 120_000);

  afterAll(() => {
    engine.close();
    runner.kill();
  });

  test("offers every rule, each of them mandatory", async () => {
    const info = await answer<AnalyzerInfo>((callback) => engine.getAnalyzerInfo(new Empty(), callback));
    expect(info.getName()).toBe("ai-platform-policies");
    expect(info.getPoliciesList().map((it) => [it.getName(), it.getEnforcementlevel()])).toEqual(
      rules.map(({ name }) => [name, EnforcementLevel.MANDATORY]),
    );
  });

  /** The violations of one resource, each of them mandatory, without reason and fix. */
  async function analyze({ type, name, urn, props }: ReturnType<typeof declaration>): Promise<string[][]> {
    const request = new AnalyzeRequest()
      .setType(type)
      .setName(name)
      .setUrn(urn)
      .setOptions(new AnalyzerResourceOptions())
      .setProperties(Struct.fromJavaScript(props as Record<string, JavaScriptValue>));
    const response = await answer<AnalyzeResponse>((callback) => engine.analyze(request, callback));
    return response.getDiagnosticsList().map((it) => {
      expect(it.getEnforcementlevel()).toBe(EnforcementLevel.MANDATORY);
      // The SDK puts the description on a line of its own.
      return [it.getPolicyname(), /\n(.*?)\. [A-Z]/.exec(it.getMessage())?.[1] ?? it.getMessage()];
    });
  }

  /** Sets the configuration of one rule, as the file of --policy-pack-config does. */
  async function configure(rule: string, settings: Readonly<Record<string, JavaScriptValue>>): Promise<void> {
    const config = new PolicyConfig()
      .setEnforcementlevel(EnforcementLevel.MANDATORY)
      .setProperties(Struct.fromJavaScript(settings));
    const request = new ConfigureAnalyzerRequest();
    request.getPolicyconfigMap().set(rule, config);
    await answer<Empty>((callback) => engine.configure(request, callback));
  }

  test("refuses a Release without an exact version", async () => {
    const props = { name: "keda", namespace: "keda", version: "^2.0.0" };
    expect(await analyze(declaration("kubernetes:helm.sh/v3:Release", props, { name: "keda" }))).toEqual([
      ["charts-have-exact-versions", 'Release keda/keda: version is "^2.0.0", must be one exact version'],
    ]);
  });

  test("knows the custom kinds of the catalogue", async () => {
    const cluster = postgresCluster({ "spec.imageName": "postgres:16" });
    expect(await analyze(declared(cluster))).toEqual([
      [
        "images-are-exact",
        'Cluster ai-platform/backend: spec.imageName is "postgres:16", must be a digest or a full version tag',
      ],
      ["state-is-protected", "Cluster ai-platform/backend: options.protect is false, must be true"],
    ]);
  });

  test("lets a component exempt itself, unless the operator says no", async () => {
    const values = { service: { annotations: exempt("services-stay-inside", "is the edge"), type: "LoadBalancer" } };
    const edge = declared(release({ values }));
    expect(await analyze(edge)).toEqual([]);
    await configure("services-stay-inside", { annotations: "ignored" });
    expect(await analyze(edge)).toEqual([
      ["services-stay-inside", 'Release keda/keda: values.service.type is "LoadBalancer", must be ClusterIP'],
    ]);
    const exemptions = [{ resource: "Release/backend", reason: "it is the edge" }];
    await configure("services-stay-inside", { annotations: "ignored", exemptions });
    expect(await analyze(edge)).toEqual([]);
  });
});

/** An object of the builders as the engine shows it. */
function declared(object: KubernetesObject): ReturnType<typeof declaration> {
  const [type = "", name = ""] = object.urn.split("::").slice(2);
  return declaration(type, object.at().value as object, { name });
}

function answer<T>(call: (callback: (error: Error | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}
