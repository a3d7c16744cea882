import * as pulumi from "@pulumi/pulumi";
import {
  type Around,
  type Behaviour,
  type Connections,
  type DeploymentArgs,
  http,
  type Member,
  type Part,
  type Probes,
  type Scale,
  type ScrapeTarget,
  Workload,
} from "../../foundation";
import { engineAlerts } from "./alerts";
import type { ModelKeys } from "./keys";
import { engineTriggers } from "./scaling";

export const ENGINE_PORT = 8000;

/** Time for the gateway to see a leaving engine's address disappear, in seconds; its own /health does not say so. */
const FORGET_SECONDS = 15;

/** What one kind of engine adds to what all have. */
export type EngineWorkload = Pick<
  DeploymentArgs,
  "image" | "args" | "environment" | "mounts" | "resources" | "user" | "group" | "placement" | "access"
>;

/**
 * One model behind one OpenAI-compatible engine. The headless Service gives the gateway every engine's own address. Nobody but the
 * gateway and Prometheus can reach it.
 */
export abstract class Engine extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections: Connections;
  readonly members: readonly Member[];
  readonly metrics: readonly ScrapeTarget[];
  readonly alerts = engineAlerts;
  readonly scales: readonly Scale[];

  protected constructor(
    type: string,
    model: string,
    args: ModelKeys & Pick<Around, "site">,
    make: (name: string, parent: pulumi.Resource) => EngineWorkload,
    behaviour: Behaviour | undefined,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const name = engineName(model);
    super(type, name, {}, opts);
    this.name = model;
    const { site, labels, replicas, answerSeconds } = args;
    const autoscaled = isAutoscaled(args);
    const workload = new Workload(
      name,
      {
        site,
        labels,
        component: "engine",
        ports: { http: ENGINE_PORT },
        probes: engineProbes(),
        scale: autoscaled ? "autoscaled" : { replicas: replicas.min },
        service: "headless",
        shutdown: { preStopSeconds: FORGET_SECONDS, drainSeconds: answerSeconds },
        // A model that waits for a GPU, or loads for half an hour, costs the others nothing: the gateway answers for it.
        unawaited: "engines start on demand, and the gateway answers while one is missing",
        ...make(name, this),
      },
      { parent: this },
    );
    this.connections = {
      default: { ...workload.offer("http", { attributes: { model } }), name, ready: [] },
    };
    this.members = [workload.member];
    this.metrics = [{ name, peer: workload.peer, port: ENGINE_PORT }];
    const { namespace } = site;
    const ready = [workload.deployment];
    const scale = { name, namespace, target: name, ready, ...replicas, triggers: engineTriggers(model) };
    this.scales = autoscaled ? [{ ...scale, ...(behaviour && { behaviour }) }] : [];
    this.registerOutputs({ host: workload.host });
  }
}

/** Name of a model's engine; dots are not allowed in names of Services. */
export function engineName(model: string): string {
  return `engine-${model.replaceAll(".", "-")}`;
}

/** Bounds that differ, or that let the model sleep, are for the autoscaler to move in. */
export function isAutoscaled({ replicas: { min, max } }: Pick<ModelKeys, "replicas">): boolean {
  return min !== max || min === 0;
}

/** The port opens only once the engine is loaded, which takes minutes for large weights: half an hour is allowed. */
export function engineProbes(): Probes {
  return {
    startup: http("/health", "http", { failureThreshold: 180 }),
    ready: http("/health", "http", { periodSeconds: 5, failureThreshold: 2 }),
    // An engine under full load answers late; ten misses in a row are a dead one.
    live: http("/health", "http", { failureThreshold: 10 }),
  };
}
