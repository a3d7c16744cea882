import customKinds from "./custom-kinds.json";
import type { KubernetesField, KubernetesObject } from "./kubernetes";

/** What the catalogue of components says about a kind of custom resource. */
interface CustomKind {
  readonly group: string;
  readonly kind: string;
  readonly stateful: boolean;
  /** Paths of image references in its spec, through lists where there are any. */
  readonly images: readonly string[];
}

/** Written from the catalogue by `make golden`, because the pack is compiled and run without the program. */
const kinds: readonly CustomKind[] = customKinds;

/** Whether it is a custom resource whose removal takes data along. */
export function isStateful(object: KubernetesObject): boolean {
  return kindOf(object)?.stateful ?? false;
}

/**
 * The images that a custom resource names, those left out included. Where it refers to an object of a kind that names images, the
 * choice is made there, and judged there.
 */
export function customImages(object: KubernetesObject): KubernetesField[] {
  const spec = object.at("spec");
  const named = (kindOf(object)?.images ?? []).flatMap((path) => follow(spec, path.split(".")));
  return refersToImages(spec) ? named.filter(({ absent }) => !absent) : named;
}

function kindOf(object: KubernetesObject): CustomKind | undefined {
  return kinds.find(({ group, kind }) => object.is(group, kind));
}

function follow(field: KubernetesField, keys: readonly string[]): KubernetesField[] {
  if (field.isList) return field.items().flatMap((item) => follow(item, keys));
  const [key, ...rest] = keys;
  return key === undefined ? [field] : follow(field.at(key), rest);
}

function refersToImages(spec: KubernetesField): boolean {
  const holders = kinds.filter(({ images }) => images.length > 0);
  return spec.entries().some(([, reference]) => {
    const isHolder = ({ group, kind }: CustomKind) =>
      mayBe(reference.at("apiGroup"), group) && mayBe(reference.at("kind"), kind);
    return holders.some(isHolder);
  });
}

/** While a preview does not know it, it may be anything. */
function mayBe(field: KubernetesField, text: string): boolean {
  return field.unknown || field.value === text;
}
