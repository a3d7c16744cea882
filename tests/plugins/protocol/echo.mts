import { InitFailed, type Provider, serve, UNKNOWN } from "../../../rehearsal/plugins/protocol/index.ts";

/** A plugin whose answers show what it was asked. */
const echo: Provider = {
  version: "1.2.3",
  configure: async () => undefined,
  check: async ({ inputs, type, name, oldInputs }) => ({
    inputs: { ...inputs, type, name, isNew: oldInputs === undefined },
    failures: inputs["bad"] ? [{ property: "bad", reason: "it is bad" }] : [],
  }),
  diff: async ({ inputs }) => ({
    changed: inputs["same"] !== true,
    changes: { "a.b": { kind: "update", replaces: true }, c: { kind: "add" } },
    deleteBeforeReplace: true,
  }),
  create: async ({ inputs, preview, timeout }) => ({
    id: preview ? "" : "id-1",
    outputs: { ...inputs, timeout, ...(preview && { later: UNKNOWN }) },
  }),
  read: async ({ id, inputs, outputs }) => (id === "gone" ? undefined : { id, inputs, outputs }),
  update: async ({ id, inputs, oldOutputs }) => {
    throw new InitFailed({ id, inputs, outputs: oldOutputs }, ["not ready", "because"]);
  },
  delete: async (_, { signal }) => {
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(new Error("was cancelled"));
      });
    });
  },
};

await serve(echo);
