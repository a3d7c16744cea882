import { customImages } from "../custom-resources";
import type { KubernetesField, KubernetesObject } from "../kubernetes";
import { containersOf } from "../pods";
import { resourceRule, violation } from "../rule";

export const imagesAreExact = resourceRule({
  name: "images-are-exact",
  why: "A tag that moves runs different programs on different nodes, and a rollback does not bring the old one back.",
  fix: "use name@sha256:<digest> or a full version tag, as in name:1.2.3",
  check: (object) =>
    images(object)
      .filter(({ text }) => !isExact(text ?? ""))
      .map((image) => violation(image, "a digest or a full version tag")),
});

function images(object: KubernetesObject): KubernetesField[] {
  return [...containersOf(object).map((container) => container.at("image")), ...customImages(object)];
}

/** What a full version looks like, by the image's repository: the first that fits. Fewer numbers mean "the newest of". */
const VERSIONS: readonly (readonly [repository: RegExp, version: RegExp])[] = [
  // Two programs in one image, each with a version: PostgreSQL and TimescaleDB.
  [/timescaledb-ha$/, /^pg\d+\.\d+-ts\d+\.\d+\.\d/],
  // PostgreSQL's versions have two numbers.
  [/postgres/, /\d\.\d/],
  [/./, /\d\.\d+\.\d/],
];

function isExact(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const [, repository = "", tag = ""] = /^(.+):([^:/]+)$/.exec(image) ?? [];
  const [, version] = VERSIONS.find(([name]) => name.test(repository)) ?? [];
  return version?.test(tag) ?? false;
}
