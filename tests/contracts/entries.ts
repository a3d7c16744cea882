import { recordStack } from "../support/program";

/** One resource of a stack. */
export interface Entry {
  readonly resource: string;
  readonly inputs?: Readonly<Record<string, unknown>> & { readonly apiVersion?: string; readonly kind?: string };
}

/** Everything that a stack file comes to. */
export async function entriesOf(stack: string): Promise<readonly Entry[]> {
  const { resources } = await recordStack(stack);
  return resources.map(({ type, name, inputs }) => ({ resource: `${type} ${name}`, inputs }));
}

/** Whether it is a chart. */
export function isRelease({ resource }: Entry): boolean {
  return resource.startsWith("kubernetes:helm.sh/v3:Release ");
}
