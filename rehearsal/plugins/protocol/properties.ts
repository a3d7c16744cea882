import structs, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** A value the engine must encrypt in state and mask on screen. */
export class Secret {
  readonly value: PropertyValue;
  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** A value that exists only after an update; previews carry it. One instance: compare with `=== UNKNOWN`. */
export class Unknown {}
export const UNKNOWN = new Unknown();

/** An asset or archive, kept as the engine sent it: `text`, `path`, `uri` or `assets`, and `hash`. */
export class Asset {
  readonly kind: "asset" | "archive";
  readonly fields: Properties;
  constructor(kind: "asset" | "archive", fields: Properties) {
    this.kind = kind;
    this.fields = fields;
  }
}

export type PropertyValue =
  null | boolean | number | string | Secret | Unknown | Asset | PropertyValue[] | { [key: string]: PropertyValue };
export type Properties = { [key: string]: PropertyValue };

// The constants below are part of the engine's wire format (sdk/go/common/resource/plugin/rpc.go, sig/sig.go).
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Unknowns the engine types by what they will become: bool, number, array, asset, archive, object. */
const UNKNOWN_VALUES = new Set([
  UNKNOWN_VALUE,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** @internal exported for tests of the wire format */
export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };

export function isObject(value: PropertyValue | undefined): value is Properties {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

export function isList(value: PropertyValue | undefined): value is PropertyValue[] {
  return Array.isArray(value);
}

export function fromWire(wire: Wire): PropertyValue {
  if (typeof wire === "string") return UNKNOWN_VALUES.has(wire) ? UNKNOWN : wire;
  if (typeof wire !== "object" || wire === null) return wire;
  if (Array.isArray(wire)) return wire.map(fromWire);
  const { [SIGNATURE_KEY]: signature, ...rest } = wire;
  if (signature === undefined) return fieldsFromWire(wire);
  return fromSigned(signature, fieldsFromWire(rest));
}

function fromSigned(signature: Wire, fields: Properties): PropertyValue {
  switch (signature) {
    case SECRET:
      return new Secret(fields["value"] ?? null);
    case OUTPUT: {
      const value = fields["value"] ?? UNKNOWN;
      return fields["secret"] === true ? new Secret(value) : value;
    }
    case RESOURCE:
      return fields["id"] ?? fields["urn"] ?? null;
    case ASSET:
      return new Asset("asset", fields);
    case ARCHIVE:
      return new Asset("archive", fields);
    default:
      throw new Error(
        `The engine sent a value with the signature ${JSON.stringify(signature)}, which this plugin does not know.`,
      );
  }
}

function fieldsFromWire(wire: { [key: string]: Wire }): Properties {
  return Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, fromWire(value)]));
}

export function toWire(value: PropertyValue): Wire {
  if (value instanceof Unknown) return UNKNOWN_VALUE;
  if (value instanceof Secret) return { [SIGNATURE_KEY]: SECRET, value: toWire(value.value) };
  if (value instanceof Asset) {
    return { [SIGNATURE_KEY]: value.kind === "asset" ? ASSET : ARCHIVE, ...fieldsToWire(value.fields) };
  }
  if (Array.isArray(value)) return value.map(toWire);
  return typeof value === "object" && value !== null ? fieldsToWire(value) : value;
}

function fieldsToWire(fields: Properties): { [key: string]: Wire } {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, toWire(value)]),
  );
}

/** Reads a message field; an absent one is empty. */
export function decode(struct: Struct | undefined): Properties {
  return struct ? fieldsFromWire(struct.toJavaScript()) : {};
}

export function encode(properties: Properties): Struct {
  return structs.Struct.fromJavaScript(fieldsToWire(properties));
}
