import type * as pulumi from "@pulumi/pulumi";
import { type Around, type Behaviour, type Mount, OwnedSecret, reachInternet } from "../../foundation";
import { gpuPlacement } from "../../platform/gpu/placement";
import { images } from "../../versions";
import { Engine } from "../engine/engine";
import type { VllmKeys } from "./keys";
import {
  TOKEN_FOLDER,
  VLLM_GROUP,
  VLLM_USER,
  vllmArguments,
  vllmEnvironment,
  vllmMounts,
  vllmResources,
} from "./values";

export type VllmArgs = VllmKeys & Pick<Around, "site">;

/** Engines that load weights for minutes must not be started for a peak that is over before they are ready; steady in trials with starts of about four minutes. */
const SLOW_START: Behaviour = { upAfterSeconds: 300, downAfterSeconds: 300 };

/** vLLM on NVIDIA GPUs, with the weights of one model. */
export class Vllm extends Engine {
  constructor(model: string, args: VllmArgs, opts?: pulumi.ComponentResourceOptions) {
    const workload = (name: string, parent: pulumi.Resource) => ({
      image: args.site.artifacts.image(images.vllm),
      args: vllmArguments(model, args, args.site.nodes),
      environment: vllmEnvironment(args.token !== undefined),
      mounts: [...vllmMounts(args), ...tokenMount(name, args, parent)],
      resources: vllmResources(args),
      user: VLLM_USER,
      group: VLLM_GROUP,
      placement: gpuPlacement(args.gpuProduct),
      // The hub, for the weights.
      access: [reachInternet()],
    });
    super("ai-platform:models:Vllm", model, args, workload, SLOW_START, opts);
  }
}

function tokenMount(name: string, { site, token }: VllmArgs, parent: pulumi.Resource): Mount[] {
  if (!token) return [];
  const given = { token: site.secret(token) };
  return [new OwnedSecret(`${name}-token`, { namespace: site.namespace, given }, { parent }).at(TOKEN_FOLDER)];
}
