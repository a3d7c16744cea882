import { randomBytes, randomUUID } from "node:crypto";
import type { BridgedResource } from "../bridge/index.ts";
import { common } from "./keepers.ts";

function uuidType(generate: () => string): BridgedResource {
  return {
    ...common,
    schemaVersion: 0,
    required: [],
    computed: ["result"],
    create: () => {
      const result = generate();
      return { id: result, outputs: { result } };
    },
    restore: (id) => ({ id, inputs: {}, outputs: { result: id } }),
  };
}

function format(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Sixteen random bytes: upstream sets no version bits. */
export const randomUuid = uuidType(() => format(randomBytes(16)));

export const randomUuid4 = uuidType(randomUUID);

/** RFC 9562: milliseconds since 1970 in the first 48 bits, then version, variant and entropy. */
export const randomUuid7 = uuidType(() => {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return format(bytes);
});
