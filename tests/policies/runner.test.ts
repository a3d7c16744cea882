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
  EnforcementLevel,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { rules } from "../../policies/rules";
import { declaration } from "./builders";

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

  test("refuses a Release without an exact version", async () => {
    const { type, name, urn } = declaration("kubernetes:helm.sh/v3:Release", {}, { name: "keda" });
    const request = new AnalyzeRequest()
      .setType(type)
      .setName(name)
      .setUrn(urn)
      .setOptions(new AnalyzerResourceOptions())
      .setProperties(Struct.fromJavaScript({ name, namespace: "keda", version: "^2.0.0" }));
    const response = await answer<AnalyzeResponse>((callback) => engine.analyze(request, callback));
    expect(response.getDiagnosticsList().map((it) => [it.getPolicyname(), it.getEnforcementlevel()])).toEqual([
      ["charts-have-exact-versions", EnforcementLevel.MANDATORY],
    ]);
    expect(response.getDiagnosticsList()[0]?.getMessage()).toContain(
      'Release keda/keda: version is "^2.0.0", must be one exact version.',
    );
  });
});

function answer<T>(call: (callback: (error: Error | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}
