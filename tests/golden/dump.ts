import type { Recorded, Registered } from "../support/mocks";

/** Every resource of a stack with what decides its life, in a stable order: the offline preview that reviewers read. */
export function dump(recorded: Recorded): string {
  const entries = recorded.resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(describe)
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
  return `${JSON.stringify(entries, null, 1)}\n`;
}

function describe({ type, name, parent, protect, retainOnDelete, inputs }: Registered) {
  return {
    resource: `${type} ${name}`,
    parent: shortName(parent),
    ...(protect && { protect }),
    ...(retainOnDelete && { retainOnDelete }),
    ...(Object.keys(inputs).length > 0 && { inputs: sorted(inputs) }),
  };
}

function shortName(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
