import { randomBytes as entropy } from "node:crypto";
import type { BridgedResource } from "../bridge/index.ts";
import { type Properties, textOf } from "../protocol/index.ts";
import { common } from "./keepers.ts";

function idOutputs(bytes: Buffer, prefix: string): Properties {
  const hex = bytes.toString("hex");
  return {
    hex: prefix + hex,
    dec: prefix + BigInt(`0x${hex}`).toString(),
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
  };
}

function atLeastOneByte(property: string) {
  return (inputs: Properties) =>
    Number(inputs[property]) >= 1 ? [] : [{ property, reason: `${property} must be at least 1.` }];
}

export const randomId: BridgedResource = {
  ...common,
  schemaVersion: 0,
  required: ["byteLength"],
  validate: atLeastOneByte("byteLength"),
  computed: ["hex", "dec", "b64Std", "b64Url"],
  create: (inputs) => {
    const bytes = entropy(Number(inputs["byteLength"]));
    return { id: bytes.toString("base64url"), outputs: idOutputs(bytes, textOf(inputs, "prefix")) };
  },
  restore: (importId) => {
    const comma = importId.lastIndexOf(",");
    const prefix = importId.slice(0, Math.max(comma, 0));
    const id = importId.slice(comma + 1);
    const bytes = Buffer.from(id, "base64url");
    const inputs = { byteLength: bytes.length, ...(prefix !== "" && { prefix }) };
    return { id, inputs, outputs: idOutputs(bytes, prefix) };
  },
};

export const randomBytes: BridgedResource = {
  ...common,
  schemaVersion: 0,
  // Upstream compares the keepers of this type as they are.
  same: {},
  required: ["length"],
  validate: atLeastOneByte("length"),
  computed: ["base64", "hex"],
  secrets: ["base64", "hex"],
  create: ({ length }) => {
    const bytes = entropy(Number(length));
    const base64 = bytes.toString("base64");
    return { id: base64, outputs: { base64, hex: bytes.toString("hex") } };
  },
};
