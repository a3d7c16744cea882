import { isList, isObject, type Properties, type PropertyValue, Secret, Unknown } from "./properties.ts";

/** The value with every {@link Secret} wrapper inside it removed. */
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map(reveal);
  return isObject(value) ? revealAll(value) : value;
}

export function revealAll(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, reveal(value)]));
}

export function hasUnknown(value: PropertyValue | undefined): boolean {
  return contains(value, (part) => part instanceof Unknown);
}

export function hasSecret(value: PropertyValue | undefined): boolean {
  return contains(value, (part) => part instanceof Secret);
}

function contains(value: PropertyValue | undefined, is: (part: PropertyValue) => boolean): boolean {
  if (value === undefined) return false;
  if (is(value)) return true;
  if (value instanceof Secret) return contains(value.value, is);
  if (isList(value)) return value.some((item) => contains(item, is));
  return isObject(value) && Object.values(value).some((item) => contains(item, is));
}

/**
 * `target` with the values made secret that are secret in `source`, by path. One secret element makes a whole list secret: a
 * server may reorder lists, so an index says nothing.
 */
export function copySecrecy(source: PropertyValue | undefined, target: PropertyValue): PropertyValue {
  if (target instanceof Secret) return target;
  if (source instanceof Secret) return new Secret(reveal(target));
  if (isList(source)) return hasSecret(source) ? new Secret(reveal(target)) : target;
  if (!isObject(source) || !isObject(target)) return target;
  return Object.fromEntries(Object.entries(target).map(([key, value]) => [key, copySecrecy(source[key], value)]));
}
