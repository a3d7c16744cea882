import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlPlaneTools, startCluster, stopCluster } from "../../../../rehearsal/cluster/index.ts";
import { profileFor } from "../../../../rehearsal/cluster/profiles.ts";
import { createProvider } from "../../../../rehearsal/plugins/kubernetes/provider.ts";
import { InitFailed, type Properties, type Provider } from "../../../../rehearsal/plugins/protocol/index.ts";
import { run } from "../../../../rehearsal/process.ts";
import { ensureTools } from "../../../../rehearsal/tools/index.ts";
import { conversation } from "../../conversation.ts";
import { resource, SEED } from "../requests.ts";

/** A resource as state has it. */
export interface State {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What one step of an engine would do, against a real API server. */
export class Live {
  readonly provider: Provider;
  readonly #folder: string;
  readonly #kubectl: readonly [string, string];

  private constructor(provider: Provider, folder: string, kubectl: readonly [string, string]) {
    this.provider = provider;
    this.#folder = folder;
    this.#kubectl = kubectl;
  }

  static async start(): Promise<Live> {
    const folder = await mkdtemp(join(tmpdir(), "kubernetes-plugin-"));
    const binaries = await ensureTools(controlPlaneTools);
    const { kubeconfig } = await startCluster({
      folder,
      profile: profileFor({ size: "dev", gpuProducts: [] }),
      binaries,
      note: () => undefined,
    });
    const provider = createProvider({ AI_PLATFORM_ENDPOINTS_SETTLE_SECONDS: "0.1", AI_PLATFORM_RETRY_SECONDS: "0.02" });
    await provider.configure({ kubeconfig });
    return new Live(provider, folder, [binaries.kubectl, kubeconfig]);
  }

  async stop(): Promise<void> {
    await stopCluster(this.#folder);
    await rm(this.#folder, { recursive: true, force: true });
  }

  kubectl(...args: string[]): Promise<string> {
    const [program, kubeconfig] = this.#kubectl;
    return run(program, ["--kubeconfig", kubeconfig, ...args]);
  }

  /** A field of a live object, as kubectl's JSONPath prints it. */
  field(object: string, path: string): Promise<string> {
    return this.kubectl("get", object, "--namespace", "default", "--output", `jsonpath={${path}}`);
  }

  async check(inputs: Properties, old?: State): Promise<Properties> {
    const request = { ...resource(inputs), inputs, randomSeed: SEED, ...(old && { oldInputs: old.inputs }) };
    const result = await this.provider.check(request, conversation());
    expect(result.failures ?? []).toEqual([]);
    return result.inputs;
  }

  async create(program: Properties, { preview = false, timeout = 0 } = {}): Promise<State> {
    const inputs = await this.check(program);
    const request = { ...resource(inputs), inputs, preview, timeout };
    return { inputs, ...(await this.provider.create(request, conversation())) };
  }

  async update(old: State, program: Properties, { preview = false, timeout = 0, ignoreChanges = [] as string[] } = {}) {
    const inputs = await this.check(program, old);
    const state = { id: old.id, oldInputs: old.inputs, oldOutputs: old.outputs };
    const request = { ...resource(inputs), ...state, inputs, preview, timeout, ignoreChanges };
    return { id: old.id, inputs, ...(await this.provider.update(request, conversation())) };
  }

  async diff(old: State, program: Properties) {
    const inputs = await this.check(program, old);
    const state = { id: old.id, oldInputs: old.inputs, oldOutputs: old.outputs };
    return this.provider.diff({ ...resource(inputs), ...state, inputs, ignoreChanges: [] }, conversation());
  }

  read({ id, inputs, outputs }: State) {
    return this.provider.read({ ...resource(inputs), id, inputs, outputs }, conversation());
  }

  delete({ id, inputs, outputs }: State, { timeout = 0, call = conversation() } = {}) {
    return this.provider.delete({ ...resource(inputs), id, inputs, outputs, timeout }, call);
  }
}

/** The failure that a step ends with, as state keeps it. */
export async function initFailure(step: Promise<unknown>): Promise<InitFailed> {
  const error = await step.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof InitFailed) return error;
  throw new Error("the step did not end with an initialisation failure", { cause: error });
}

export function configMap(name: string, data: Properties, metadata: Properties = {}): Properties {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

export function deployment(name: string, spec: Properties = {}, { fails = false, annotations = {} } = {}): Properties {
  const labels: Properties = { app: name };
  const podLabels = { ...labels, ...(fails && { "rehearsal.ai-platform/fails": "true" }) };
  const template = {
    metadata: { labels: podLabels },
    spec: { containers: [{ name: "main", image: "example.com/web:1" }] },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, annotations },
    spec: { replicas: 1, selector: { matchLabels: labels }, template, ...spec },
  };
}
