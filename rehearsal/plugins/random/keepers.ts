import { isDeepStrictEqual } from "node:util";
import { hasUnknown, isObject, type Properties, type PropertyValue } from "../protocol/index.ts";

/** Keepers whose value is null do not count: adding them changes nothing. */
export function sameKeepers(stored: PropertyValue, planned: PropertyValue): boolean {
  return !hasUnknown(planned) && isDeepStrictEqual(withoutNulls(stored), withoutNulls(planned));
}

function withoutNulls(keepers: PropertyValue): Properties {
  if (!isObject(keepers)) return {};
  return Object.fromEntries(Object.entries(keepers).filter(([, value]) => value !== null));
}

/** What the random resources share: every input replaces, null keepers do not count. */
export const common = {
  updatable: [],
  secrets: [],
  same: { keepers: sameKeepers },
  defaults: () => ({}),
  validate: () => [],
};
