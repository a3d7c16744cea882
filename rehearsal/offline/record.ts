import * as pulumi from "@pulumi/pulumi";
import { MockMonitor, type MockResourceArgs, type MockResourceResult } from "@pulumi/pulumi/runtime/mocks.js";

/** A resource as the program registered it: inputs and the options that decide its life. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** As JSON, with secrets in the clear. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that were marked secret, as a whole. */
  readonly secretInputs: readonly string[];
  readonly urn: string;
  /** URN of the parent; empty for what the program creates at its top. */
  readonly parent: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Paths of inputs whose changes are left as they are. */
  readonly ignoreChanges: readonly string[];
  /** URNs of everything it waits for, stated or following from its inputs. */
  readonly dependsOn: readonly string[];
  readonly provider: string;
}

/** Key that marks special values in Pulumi's protocol. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The part of the engine's request that the mocks' own arguments leave out. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getProvider(): string;
}

interface RegisterResponse {
  getUrn(): string;
}

type Register = (
  this: MockMonitor,
  request: RegisterRequest,
  callback: (error: unknown, response: RegisterResponse | undefined) => void,
) => Promise<void>;

/** All resources that a program registers under mocks. */
export class Recorded {
  readonly resources: Registered[];

  constructor(resources: Registered[] = []) {
    this.resources = resources;
  }

  /** The one resource with this logical name, and of this kind where several have the name. */
  get(name: string, kind?: string): Registered {
    const found = this.resources.filter((resource) => resource.name === name && isOf(resource, kind));
    const [resource] = found;
    if (!resource || found.length > 1)
      throw new Error(
        `${found.length} resources are named "${name}"${kind ? ` and of kind ${kind}` : ""}. There are:\n${this.listing()}`,
      );
    return resource;
  }

  /** Every resource of a kind, the last part of its type: `PodMonitor` for instance. */
  ofType(kind: string): Registered[] {
    return this.resources.filter((resource) => isOf(resource, kind));
  }

  /** The Kubernetes object of a kind with this name in its metadata, in whatever namespace. */
  object(kind: string, name: string): Registered {
    const found = this.ofType(kind).filter(
      ({ inputs }) => (inputs["metadata"] as { name?: string } | undefined)?.name === name,
    );
    const [object] = found;
    if (!object || found.length > 1)
      throw new Error(`${found.length} objects of kind ${kind} are named "${name}". There are:\n${this.listing()}`);
    return object;
  }

  private listing(): string {
    return this.resources.map(({ type, name }) => `  ${name} (${type})`).join("\n");
  }
}

/** `kubernetes:apps/v1:Deployment` is of kind Deployment; a whole type names itself. */
function isOf({ type }: Registered, kind: string | undefined): boolean {
  return kind === undefined || type === kind || type.split(":").at(-1) === kind;
}

/**
 * Runs a program against mocks and records what it registers. Pulumi's mocks do not show a resource's options, so this watches the
 * requests to their monitor: an inner interface of the SDK, used nowhere else.
 */
export async function record(program: () => unknown, { preview = false } = {}): Promise<Recorded> {
  const recorded = new Recorded();
  const inputs = new Map<string, Record<string, unknown>>();
  const newResource = (args: MockResourceArgs): MockResourceResult => {
    inputs.set(`${args.type}/${args.name}`, args.inputs as Record<string, unknown>);
    return { id: `${args.name}-id`, state: stateOf(args) };
  };
  const restore = watch((request, urn) => recorded.resources.push(registered(request, urn, inputs)));
  try {
    await pulumi.runtime.setMocks(
      { newResource, call: ({ inputs: callInputs }) => callInputs as Record<string, unknown> },
      "ai-platform",
      "test",
      preview,
    );
    try {
      await program();
    } finally {
      // Also after an error: what is under way would otherwise be recorded as the next program's.
      await pulumi.runtime.disconnect();
    }
  } finally {
    restore();
  }
  return recorded;
}

function watch(onRegistered: (request: RegisterRequest, urn: string) => void): () => void {
  const prototype = MockMonitor.prototype;
  const original = Object.getOwnPropertyDescriptor(prototype, "registerResource");
  if (!original) throw new Error("This version of Pulumi's mocks registers resources in another way; adapt the watch.");
  const register = original.value as Register;
  const watched: Register = function (request, callback) {
    return register.call(this, request, (error, response) => {
      if (response) onRegistered(request, response.getUrn());
      callback(error, response);
    });
  };
  Object.defineProperty(prototype, "registerResource", { ...original, value: watched });
  return () => Object.defineProperty(prototype, "registerResource", original);
}

function registered(
  request: RegisterRequest,
  urn: string,
  inputs: ReadonlyMap<string, Record<string, unknown>>,
): Registered {
  const raw = inputs.get(`${request.getType()}/${request.getName()}`) ?? {};
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: inTheClear(raw) as Record<string, unknown>,
    secretInputs: Object.keys(raw).filter((key) => isSecret(raw[key])),
    urn,
    parent: request.getParent(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    ignoreChanges: request.getIgnorechangesList(),
    dependsOn: request.getDependenciesList(),
    provider: request.getProvider(),
  };
}

/** How a secret looks on the wire: a record with Pulumi's signature and the value. */
function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && SIGNATURE in value;
}

function inTheClear(value: unknown): unknown {
  if (isSecret(value)) return inTheClear(value.value);
  if (Array.isArray(value)) return value.map(inTheClear);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inTheClear(entry)]));
}

/** What a provider would add: a name where none is stated, an identity, and the values that random and tls make. */
function stateOf({ type, name, inputs }: MockResourceArgs): Record<string, unknown> {
  const given = inputs as { metadata?: object };
  if (type.startsWith("kubernetes:")) return { ...given, metadata: { name, uid: `uid of ${name}`, ...given.metadata } };
  if (type.startsWith("random:")) return { ...given, result: `generated-${name}` };
  if (type.startsWith("tls:"))
    return {
      ...given,
      privateKeyPem: `key of ${name}\n`,
      certPem: `certificate ${name}\n`,
      certRequestPem: `request ${name}\n`,
    };
  return { ...given };
}
