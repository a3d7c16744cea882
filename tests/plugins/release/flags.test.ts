import { installFlags, uninstallFlags, upgradeFlags } from "../../../rehearsal/plugins/kubernetes/release/flags.ts";

test("8.5 an installation waits for five minutes by default", () => {
  expect(installFlags({})).toEqual(["--wait", "--timeout", "300s"]);
});

test("8.5 skipAwait waits for nothing, jobs included", () => {
  expect(installFlags({ skipAwait: true, waitForJobs: true, timeout: 10 })).toEqual(["--timeout", "10s"]);
});

test.each([
  ["waitForJobs", "--wait-for-jobs"],
  ["atomic", "--atomic"],
  ["createNamespace", "--create-namespace"],
  ["replace", "--replace"],
  ["skipCrds", "--skip-crds"],
  ["renderSubchartNotes", "--render-subchart-notes"],
  ["disableOpenapiValidation", "--disable-openapi-validation"],
  ["dependencyUpdate", "--dependency-update"],
  ["disableWebhooks", "--no-hooks"],
])("8.5 %s installs with %s", (input, flag) => {
  expect(installFlags({ [input]: true })).toContain(flag);
  expect(installFlags({ [input]: false })).not.toContain(flag);
});

test("8.5 a description and a post-renderer are passed on", () => {
  expect(installFlags({ description: "why", postrender: "./patch" })).toEqual(
    expect.arrayContaining(["--description", "why", "--post-renderer", "./patch"]),
  );
});

test.each([
  ["forceUpdate", "--force"],
  ["recreatePods", "--recreate-pods"],
  ["cleanupOnFail", "--cleanup-on-fail"],
  ["resetValues", "--reset-values"],
  ["reuseValues", "--reuse-values"],
])("8.6 %s acts on upgrades only, as %s", (input, flag) => {
  expect(upgradeFlags({ [input]: true })).toContain(flag);
  expect(installFlags({ [input]: true })).not.toContain(flag);
});

test.each(["createNamespace", "skipCrds", "replace", "disableWebhooks"])(
  "8.6 %s has no effect on upgrades",
  (input) => {
    expect(upgradeFlags({ [input]: true })).toEqual(upgradeFlags({}));
  },
);

test("8.6 disableCRDHooks switches off all hooks of an upgrade and none of an installation", () => {
  expect(upgradeFlags({ disableCRDHooks: true })).toContain("--no-hooks");
  expect(installFlags({ disableCRDHooks: true })).not.toContain("--no-hooks");
});

test("8.6 the history is unlimited unless maxHistory says otherwise", () => {
  expect(upgradeFlags({}).slice(-2)).toEqual(["--history-max", "0"]);
  expect(upgradeFlags({ maxHistory: 3 }).slice(-2)).toEqual(["--history-max", "3"]);
});

test("8.13 uninstalling waits, except for a release that was not awaited and is not atomic", () => {
  expect(uninstallFlags({ timeout: 60 })).toEqual(["--wait", "--timeout", "60s"]);
  expect(uninstallFlags({ skipAwait: true })).toEqual([]);
  expect(uninstallFlags({ skipAwait: true, atomic: true })).toContain("--wait");
});
