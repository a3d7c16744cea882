import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  accessPolicy,
  type Connection,
  GeneratedSecret,
  images,
  type Mount,
  type Offers,
  reachInternet,
  scratch,
  selectorLabels,
  Workload,
  type WorkloadArgs,
} from "../foundation";
import { ENGINE_PORT, type EngineArgs, type VllmModel } from "./args";
import { engineTriggers } from "./scaling";
import { SIMULATOR_USER, simulatorArguments, simulatorResources } from "./simulator";
import {
  engineProbes,
  TOKEN_FOLDER,
  VLLM_GROUP,
  VLLM_USER,
  vllmArguments,
  vllmEnvironment,
  vllmMounts,
  vllmResources,
} from "./vllm";

export type { EngineArgs } from "./args";

/** Time for the gateway to see a leaving engine's address disappear, in seconds; its own /health does not say so. */
const FORGET_SECONDS = 15;

/**
 * One model behind one OpenAI-compatible engine: vLLM on GPUs, or the simulator that speaks like it. The headless Service gives the
 * gateway every engine's own address. Nobody but the gateway and Prometheus can reach it.
 */
export class Engine extends pulumi.ComponentResource implements Offers {
  readonly connection: Connection;
  readonly workload: Workload;

  constructor(name: string, args: EngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:inference:Engine", name, {}, opts);
    const own = { parent: this };
    const common = {
      namespace: args.namespace,
      component: "engine",
      ports: { http: ENGINE_PORT },
      probes: engineProbes(),
      scale: "autoscaled" as const,
      service: "headless" as const,
    };
    const kind = args.kind === "vllm" ? vllm(name, args, own) : simulator(args);
    this.workload = new Workload(name, { ...common, ...kind }, own);
    this.connection = this.workload.offer("http", { attributes: { model: args.name } });
    this.observe(name, args, own);
    this.registerOutputs({ host: this.connection.host });
  }

  private observe(
    name: string,
    { namespace, observability, autoscaling, replicas, ...model }: EngineArgs,
    own: pulumi.CustomResourceOptions,
  ): void {
    observability.scrape(name, { namespace, labels: this.workload.peer.labels, port: ENGINE_PORT }, own);
    const startup = model.kind === "vllm" ? ("minutes" as const) : ("seconds" as const);
    autoscaling.scale(
      name,
      { namespace, target: this.workload.deployment, ...replicas, triggers: engineTriggers(model.name), startup },
      own,
    );
  }
}

/** Name of a model's engine; dots are not allowed in names of Services. */
export function engineName(model: string): string {
  return `engine-${model.replaceAll(".", "-")}`;
}

type EngineKind = Pick<
  WorkloadArgs,
  "image" | "args" | "environment" | "mounts" | "resources" | "user" | "group" | "shutdown" | "placement"
>;

function simulator(args: EngineArgs & { kind: "simulator" }): EngineKind {
  return {
    image: args.artifacts.image(images.simulator),
    args: simulatorArguments(args),
    resources: simulatorResources,
    mounts: [scratch("tmp", "/tmp", 16)],
    user: SIMULATOR_USER,
    shutdown: { preStopSeconds: FORGET_SECONDS, drainSeconds: 30 },
  };
}

function vllm(name: string, args: EngineArgs & VllmModel, own: pulumi.CustomResourceOptions): EngineKind {
  const { namespace, artifacts, huggingFaceToken, gpu } = args;
  const download = reachInternet(selectorLabels(name));
  new k8s.networking.v1.NetworkPolicy(
    `${name}-${download.name}`,
    accessPolicy({ ...download, name: `${name}-${download.name}` }, namespace.name),
    { ...own, dependsOn: [namespace] },
  );
  return {
    image: artifacts.image(images.vllm),
    args: vllmArguments(args),
    environment: vllmEnvironment(huggingFaceToken !== undefined),
    mounts: [...vllmMounts(args), ...tokenMount(name, args, own)],
    resources: vllmResources(args),
    user: VLLM_USER,
    group: VLLM_GROUP,
    shutdown: { preStopSeconds: FORGET_SECONDS, drainSeconds: args.answerSeconds },
    ...(gpu && { placement: gpu.placement(args.gpuProduct) }),
  };
}

function tokenMount(
  name: string,
  { namespace, huggingFaceToken }: EngineArgs,
  own: pulumi.CustomResourceOptions,
): Mount[] {
  if (!huggingFaceToken) return [];
  const secret = new GeneratedSecret(`${name}-token`, { namespace, keys: [], fixed: { token: huggingFaceToken } }, own);
  return [secret.at(TOKEN_FOLDER)];
}
