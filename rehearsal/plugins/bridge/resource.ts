import type { CheckFailure, Properties, PropertyValue } from "../protocol/index.ts";

/** What a bridged resource has in state. */
export interface Made {
  readonly id: string;
  /** The computed outputs; those named in {@link BridgedResource.secrets} are wrapped afterwards. */
  readonly outputs: Properties;
}

/** A resource found by its import ID. */
export interface Imported extends Made {
  readonly inputs: Properties;
}

/**
 * One resource type of a plugin that is made from a Terraform provider: values are computed once, kept in state, and never
 * looked at again. All functions get plain values: no secrets, and no unknowns unless they say so.
 */
export interface BridgedResource {
  /** Version of the Terraform schema, recorded in state. */
  readonly schemaVersion: number;
  readonly required: readonly string[];
  /** Inputs the program left out, with their values. May see unknowns. */
  defaults(inputs: Properties): Properties;
  readonly computed: readonly string[];
  /** Inputs and computed outputs that are secret in state even if the program does not say so. */
  readonly secrets: readonly string[];
  /** Inputs whose change is an update; a change of any other is a replacement. */
  readonly updatable: readonly string[];
  /** Inputs of which two different values mean the same, by name. `planned` may be unknown. */
  readonly same: { readonly [input: string]: (stored: PropertyValue, planned: PropertyValue) => boolean };
  /** What is wrong with inputs that are all known. */
  validate(inputs: Properties): readonly CheckFailure[];
  /** `inputs` have their defaults. */
  create(inputs: Properties): Made | Promise<Made>;
  /** Outputs that change as time passes, from all outputs in state. */
  refresh?(outputs: Properties): Properties;
  /** Name of the output that forces a replacement now, whatever the program says. */
  expired?(outputs: Properties): string | undefined;
  /** The resource an import ID stands for. Types without it cannot be imported. */
  restore?(importId: string): Imported | Promise<Imported>;
}
