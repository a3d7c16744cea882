import type { ResourceMethods } from "../../../rehearsal/plugins/kubernetes/context.ts";
import { type Properties, type PropertyValue, reveal } from "../../../rehearsal/plugins/protocol/index.ts";
import type { State } from "../engine.ts";
import { conversation } from "../conversation.ts";
import { checkRequest, resource } from "./release.ts";

export type Program = ReturnType<typeof program>;

/** What an engine does with releases of a program. Each is named like its resource. */
export function program(releases: ResourceMethods) {
  async function check(name: string, inputs: Properties, old?: State): Promise<Properties> {
    const result = await releases.check(checkRequest(name, { name, ...inputs }, old?.inputs), conversation());
    expect(result.failures ?? []).toEqual([]);
    return result.inputs;
  }
  const states = ({ id, inputs, outputs }: State) => ({
    id,
    oldInputs: inputs,
    oldOutputs: outputs,
    ignoreChanges: [],
  });
  return {
    check,
    create: async (name: string, given: Properties): Promise<State> => {
      const inputs = await check(name, given);
      const request = { ...resource(name), inputs, preview: false, timeout: 0 };
      return { inputs, ...(await releases.create(request, conversation())) };
    },
    update: async (name: string, old: State, given: Properties): Promise<State> => {
      const inputs = await check(name, given, old);
      const request = { ...resource(name), ...states(old), inputs, preview: false, timeout: 0 };
      return { id: old.id, inputs, ...(await releases.update(request, conversation())) };
    },
    /** Paths that these inputs would change. */
    changes: async (name: string, old: State, given: Properties): Promise<string[]> => {
      const request = { ...resource(name), ...states(old), inputs: await check(name, given, old) };
      return Object.keys((await releases.diff(request, conversation())).changes ?? {});
    },
    refresh: (name: string, old: State): Promise<State | undefined> =>
      releases.read({ ...resource(name), ...old }, conversation()),
  };
}

/** The error that the work ends with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error("This should have failed.");
    },
    (error: unknown) => error,
  );
}

/** The output `status` of a release. */
export function statusOf({ outputs }: { readonly outputs: Properties }): PropertyValue {
  return reveal(outputs["status"] ?? null);
}
