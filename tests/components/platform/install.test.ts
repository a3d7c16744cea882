import { platform } from "../../../components/catalog";
import { install, type PlatformKeys } from "../../../components/platform/install";
import { keysOf, recordMade } from "../../support/builders";

/** The parts of these names, their keys filled by size. */
const keys = (...names: readonly (keyof typeof platform)[]): PlatformKeys =>
  Object.fromEntries(names.map((name) => [name, keysOf(platform[name].keys)]));

const installed = (...names: readonly (keyof typeof platform)[]) =>
  recordMade((site) => install(keys(...names), site, {}));

test("what the stack file leaves out is not installed", async () => {
  const { made, stack } = await installed();
  expect(made).toEqual({});
  expect(stack.ofType("Release")).toEqual([]);
});

test.each(Object.keys(platform) as (keyof typeof platform)[])("%s works without any other", async (name) => {
  const { made, stack } = await installed(name);
  expect(Object.keys(made)).toEqual([name]);
  expect(stack.ofType("Release").length).toBeGreaterThan(0);
});

test("each gets those before it: Traefik certificates, KEDA Prometheus", async () => {
  const { made, stack } = await installed("certificates", "monitoring", "ingress", "autoscaling");
  expect(Object.keys(made)).toEqual(["certificates", "monitoring", "ingress", "autoscaling"]);
  expect(made.autoscaling?.members[0]?.uses?.map(({ name }) => name)).toEqual(["prometheus"]);
  const releases = stack.get("monitoring", "Release");
  expect(releases.dependsOn).toContain(stack.get("issuer-internal").urn);
});

test("no two make the same namespace, and each makes those that it says", async () => {
  const names = Object.keys(platform) as (keyof typeof platform)[];
  const stated = names.flatMap((name) => platform[name].namespaces);
  expect(new Set(stated).size).toBe(stated.length);
  const { stack } = await installed(...names);
  const made = stack
    .ofType("kubernetes:core/v1:Namespace")
    .map(({ inputs }) => (inputs as { metadata: { name: string } }).metadata.name);
  expect(made.sort()).toEqual([...stated, "ai-platform"].sort());
});
