import type { Call, Properties, Provider } from "../../rehearsal/plugins/protocol/index.ts";

/** A resource as state has it. */
export interface State {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

const call: Call = { signal: new AbortController().signal, warn: () => undefined, status: () => undefined };

/** The engine's part in the life of resources of one type, without an engine. */
export function engine(provider: Provider, type: string) {
  const resource = { urn: `urn:pulumi:test::program::${type}::it`, type, name: "it" };
  const check = (inputs: Properties) => provider.check({ ...resource, inputs, randomSeed: new Uint8Array() }, call);
  const planned = async (inputs: Properties): Promise<Properties> => {
    const { inputs: checked, failures = [] } = await check(inputs);
    if (failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    return checked;
  };
  return {
    check,
    create: async (given: Properties): Promise<State> => {
      const inputs = await planned(given);
      return { inputs, ...(await provider.create({ ...resource, inputs, preview: false, timeout: 0 }, call)) };
    },
    preview: async (given: Properties) =>
      provider.create({ ...resource, inputs: await planned(given), preview: true, timeout: 0 }, call),
    /** What a program with these inputs would do: `same`, `update` or `replace`, with the inputs that make it so. */
    diff: async (state: State, given: Properties): Promise<string> => {
      const old = { id: state.id, oldInputs: state.inputs, oldOutputs: state.outputs };
      const request = { ...resource, ...old, inputs: await planned(given), ignoreChanges: [] };
      const { changed, changes = {}, deleteBeforeReplace } = await provider.diff(request, call);
      if (!changed) return "same";
      const replacing = Object.entries(changes).filter(([, { replaces }]) => replaces);
      const names = (replacing.length > 0 ? replacing : Object.entries(changes)).map(([name]) => name);
      const what = replacing.length === 0 ? "update" : deleteBeforeReplace ? "delete and replace" : "replace";
      return `${what} ${names.join(" ")}`;
    },
    update: async (state: State, given: Properties): Promise<State> => {
      const inputs = await planned(given);
      const old = { id: state.id, oldInputs: state.inputs, oldOutputs: state.outputs };
      const request = { ...resource, ...old, inputs, ignoreChanges: [], preview: false, timeout: 0 };
      return { id: state.id, inputs, ...(await provider.update(request, call)) };
    },
    refresh: (state: State) => provider.read({ ...resource, ...state }, call),
    import: (id: string) => provider.read({ ...resource, id, inputs: {}, outputs: {} }, call),
    destroy: (state: State) => provider.delete({ ...resource, ...state, timeout: 0 }, call),
  };
}
