import { type Properties, textOf } from "../../protocol/index.ts";

/** Flags that both installing and upgrading take, by the input that sets them. */
const SWITCHES = {
  atomic: "--atomic",
  renderSubchartNotes: "--render-subchart-notes",
  dependencyUpdate: "--dependency-update",
  devel: "--devel",
  takeOwnership: "--take-ownership",
};

const INSTALL_SWITCHES = {
  ...SWITCHES,
  createNamespace: "--create-namespace",
  replace: "--replace",
  skipCrds: "--skip-crds",
  disableOpenapiValidation: "--disable-openapi-validation",
  disableWebhooks: "--no-hooks",
};

const UPGRADE_SWITCHES = {
  ...SWITCHES,
  // Its name says less than it does, as in the official plugin.
  disableCRDHooks: "--no-hooks",
  forceUpdate: "--force",
  recreatePods: "--recreate-pods",
  cleanupOnFail: "--cleanup-on-fail",
  resetValues: "--reset-values",
  reuseValues: "--reuse-values",
};

/** @param inputs revealed */
export function installFlags(inputs: Properties): string[] {
  return [...switches(INSTALL_SWITCHES, inputs), ...common(inputs)];
}

/** @param inputs revealed */
export function upgradeFlags(inputs: Properties): string[] {
  // The program keeps ten revisions by default, the plugin all of them.
  return [
    ...switches(UPGRADE_SWITCHES, inputs),
    ...common(inputs),
    "--history-max",
    textOf(inputs, "maxHistory") || "0",
  ];
}

/** @param state inputs or outputs of the release, revealed */
export function uninstallFlags(state: Properties): string[] {
  return state["atomic"] === true || state["skipAwait"] !== true ? ["--wait", "--timeout", timeout(state)] : [];
}

function switches(flags: { readonly [input: string]: string }, inputs: Properties): string[] {
  return Object.entries(flags).flatMap(([input, flag]) => (inputs[input] === true ? [flag] : []));
}

function common(inputs: Properties): string[] {
  const waits = inputs["skipAwait"] !== true;
  return [
    ...(waits ? ["--wait"] : []),
    ...(waits && inputs["waitForJobs"] === true ? ["--wait-for-jobs"] : []),
    ...(inputs["description"] ? ["--description", textOf(inputs, "description")] : []),
    ...(inputs["postrender"] ? ["--post-renderer", textOf(inputs, "postrender")] : []),
    "--timeout",
    timeout(inputs),
  ];
}

function timeout(inputs: Properties): string {
  return `${Number(inputs["timeout"]) || 300}s`;
}
