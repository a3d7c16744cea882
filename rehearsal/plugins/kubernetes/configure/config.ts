import { type Properties, revealAll, type PropertyValue } from "../../protocol/index.ts";

/** The provider's inputs that this plugin knows. */
export interface Config {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly clusterIdentifier?: string;
  readonly enablePatchForce: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
}

/** Inputs that change what the plugin does in ways it does not imitate. */
const UNSUPPORTED: { readonly [key: string]: (value: PropertyValue) => boolean } = {
  enableServerSideApply: (value) => value === false,
  renderYamlToDirectory: () => true,
  upsertExistingObjects: (value) => value === true,
  deleteUnreachable: (value) => value === true,
  skipUpdateUnreachable: (value) => value === true,
  strictMode: (value) => value === true,
};

/** @throws Error when an input asks for something this plugin cannot do */
export function parseConfig(properties: Properties, environment: NodeJS.ProcessEnv): Config {
  const values = Object.fromEntries(
    Object.entries(revealAll(properties)).map(([key, value]) => [key, key === "kubeconfig" ? value : parseJson(value)]),
  );
  for (const [key, isUnsupported] of Object.entries(UNSUPPORTED)) {
    const value = values[key];
    if (value !== undefined && isUnsupported(value)) {
      throw new Error(`kubernetes provider: ${key}=${JSON.stringify(value)} is not supported by the rehearsal plugin`);
    }
  }
  const flag = (key: string, variable: string) => (values[key] ?? environment[variable] === "true") === true;
  return {
    ...textsOf(values, ["kubeconfig", "context", "cluster", "namespace", "clusterIdentifier"]),
    enablePatchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    enableConfigMapMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    enableSecretMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
  };
}

function textsOf(values: Properties, keys: readonly string[]): { [key: string]: string } {
  const set = keys.map((key) => [key, values[key]] as const);
  return Object.fromEntries(
    set.filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== ""),
  );
}

/** The SDK sends booleans and objects as JSON text. */
function parseJson(value: PropertyValue): PropertyValue {
  if (value !== "true" && value !== "false") return value;
  return value === "true";
}
