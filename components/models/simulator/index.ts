import type * as pulumi from "@pulumi/pulumi";
import { type Around, scratch } from "../../foundation";
import { images } from "../../versions";
import { Engine } from "../engine/engine";
import type { SimulatorKeys } from "./keys";
import { SIMULATOR_USER, simulatorArguments, simulatorResources } from "./values";

export type SimulatorArgs = SimulatorKeys & Pick<Around, "site">;

/** The simulator, which speaks like vLLM and needs no GPU. */
export class Simulator extends Engine {
  constructor(model: string, args: SimulatorArgs, opts?: pulumi.ComponentResourceOptions) {
    const workload = () => ({
      image: args.site.artifacts.image(images.simulator),
      args: simulatorArguments(model, args),
      resources: simulatorResources,
      mounts: [scratch("tmp", "/tmp", "16Mi")],
      user: SIMULATOR_USER,
    });
    super("ai-platform:models:Simulator", model, args, workload, undefined, opts);
  }
}
