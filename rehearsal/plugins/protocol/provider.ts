import type { Properties } from "./properties.ts";

/** What every request about one resource carries. */
export interface ResourceRequest {
  readonly urn: string;
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Last part of the URN. */
  readonly name: string;
}

export interface CheckRequest extends ResourceRequest {
  /** Inputs of the last update; absent for a new resource and for the new half of a replacement. */
  readonly oldInputs?: Properties;
  readonly inputs: Properties;
  /** Same for a preview from a saved plan and its update; empty when the engine has none. */
  readonly randomSeed: Uint8Array;
  readonly autonaming?: { readonly mode: "propose" | "enforce" | "disabled"; readonly proposedName: string };
}

export interface CheckFailure {
  /** Input the failure is about; empty for the resource as a whole. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: Properties;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly oldOutputs: Properties;
  readonly inputs: Properties;
  readonly ignoreChanges: readonly string[];
}

export type ChangeKind = "add" | "delete" | "update";

export interface PropertyChange {
  readonly kind: ChangeKind;
  readonly replaces?: boolean;
  /** The difference is to the old inputs, not to the old outputs. */
  readonly inputDiff?: boolean;
}

export interface DiffResult {
  readonly changed: boolean;
  /** Keyed by property path, for example `spec.containers[1].image`. */
  readonly changes?: { readonly [path: string]: PropertyChange };
  /** Property paths that force a replacement; those marked in `changes` are added to them. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceRequest {
  readonly inputs: Properties;
  readonly preview: boolean;
  /** Seconds; 0 when the program sets none. */
  readonly timeout: number;
}

export interface CreateResult {
  /** Empty in a preview. */
  readonly id: string;
  readonly outputs: Properties;
}

export interface ReadRequest extends ResourceRequest {
  readonly id: string;
  /** Inputs in state; empty for an import. */
  readonly inputs: Properties;
  /** Outputs in state; empty for an import. */
  readonly outputs: Properties;
}

/** `undefined` from {@link Provider.read} says that the resource is gone. */
export interface ReadResult {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export interface UpdateRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly oldOutputs: Properties;
  readonly inputs: Properties;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
  /** Seconds; 0 when the program sets none. */
  readonly timeout: number;
}

export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Seconds; 0 when the program sets none. */
  readonly timeout: number;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: Properties;
}

/** Ways to talk to the user and to be stopped by her while a request runs. */
export interface Call {
  /** Aborted when the user cancels the operation. */
  readonly signal: AbortSignal;
  /** A line that stays on screen below the resource. */
  warn(message: string): void;
  /** A line in the resource's status column, overwritten by the next one. */
  status(message: string): void;
}

/** What a resource plugin does. Any error thrown fails the step, except {@link InitFailed}, which also records the resource. */
export interface Provider {
  readonly version: string;
  checkConfig?(request: CheckRequest, call: Call): Promise<CheckResult>;
  diffConfig?(request: DiffRequest, call: Call): Promise<DiffResult>;
  /** `config` holds the provider's inputs; those that are no strings are JSON text. */
  configure(config: Properties): Promise<void>;
  check(request: CheckRequest, call: Call): Promise<CheckResult>;
  diff(request: DiffRequest, call: Call): Promise<DiffResult>;
  create(request: CreateRequest, call: Call): Promise<CreateResult>;
  read(request: ReadRequest, call: Call): Promise<ReadResult | undefined>;
  update(request: UpdateRequest, call: Call): Promise<{ readonly outputs: Properties }>;
  delete(request: DeleteRequest, call: Call): Promise<void>;
  invoke?(request: InvokeRequest, call: Call): Promise<Properties>;
}

/** The object exists but did not become ready: it is kept in state and the next update takes it up again. */
export class InitFailed extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs: Properties;
  /** First the summary, then one line per finding. */
  readonly reasons: readonly string[];

  constructor(resource: { id: string; inputs: Properties; outputs: Properties }, reasons: readonly string[]) {
    super(reasons.join("\n"));
    this.id = resource.id;
    this.inputs = resource.inputs;
    this.outputs = resource.outputs;
    this.reasons = reasons;
  }
}
