import { stringify } from "yaml";
import type { Recorded, Registered } from "../support/mocks";

/** Labels that every object of ours has, by the same rule. */
const STANDARD = ["name", "instance", "component", "part-of", "managed-by"].map((key) => `app.kubernetes.io/${key}`);

/**
 * Every resource of a stack with what decides its life, in a stable order: the offline preview that reviewers read. Network policies
 * are on the page of flows; labels that all objects have by one rule are left out.
 */
export function dump(recorded: Recorded): string {
  const entries = recorded.resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack" && !type.endsWith(":NetworkPolicy"))
    .map(describe)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return stringify(Object.fromEntries(entries), { lineWidth: 0, aliasDuplicateObjects: false });
}

function describe({ type, name, parent, protect, retainOnDelete, inputs }: Registered): [string, object] {
  const { apiVersion: _version, kind: _kind, ...own } = inputs;
  return [
    `${type} ${name}`,
    {
      parent: parent.split("::").at(-1) ?? "",
      ...(protect && { protect }),
      ...(retainOnDelete && { retainOnDelete }),
      ...(Object.keys(own).length > 0 && { inputs: tidy(own) }),
    },
  ];
}

/** Sorted keys, and no standard labels. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !STANDARD.includes(key))
    .map(([key, part]) => [key, tidy(part)] as const)
    .filter(([key, part]) => !(key === "labels" && isEmpty(part)))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
