import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import {
  Asset,
  copySecrecy,
  hasSecret,
  hasUnknown,
  isObject,
  type Properties,
  type PropertyValue,
  revealAll,
  Secret,
} from "../../protocol/index.ts";

/** Helm's limit for one wait, and the plugin's default, in seconds. */
const DEFAULT_TIMEOUT = 300;

/** Every input with its zero value: the plugin writes them all to state. `maxHistory` and `repositoryOpts` have none. */
const ZERO: Properties = {
  ...zero(false, [
    "allowNullValues",
    "atomic",
    "cleanupOnFail",
    "createNamespace",
    "dependencyUpdate",
    "devel",
    "disableCRDHooks",
    "disableOpenapiValidation",
    "disableWebhooks",
    "forceUpdate",
    "lint",
    "recreatePods",
    "renderSubchartNotes",
    "replace",
    "resetValues",
    "reuseValues",
    "skipAwait",
    "skipCrds",
    "takeOwnership",
    "verify",
    "waitForJobs",
  ]),
  ...zero("", ["chart", "description", "keyring", "name", "namespace", "postrender", "version"]),
  timeout: 0,
  values: {},
};
const FIELDS = [...Object.keys(ZERO), "maxHistory", "repositoryOpts"];

function zero(value: PropertyValue, names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** The inputs with the name, namespace, timeout and keyring that the program left out. */
export function withDefaults(
  inputs: Properties,
  { name, oldInputs, defaultNamespace }: { name: string; oldInputs: Properties | undefined; defaultNamespace: string },
): Properties {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
  const isSet = (key: string): boolean => given[key] !== undefined && given[key] !== "";
  const waits = given["skipAwait"] !== true;
  return {
    ...given,
    ...(!isSet("name") && { name: oldInputs?.["name"] ?? `${name}-${randomBytes(4).toString("hex")}` }),
    ...(!isSet("namespace") && { namespace: defaultNamespace }),
    ...(waits && given["timeout"] === undefined && { timeout: DEFAULT_TIMEOUT }),
    ...(given["verify"] === true && !isSet("keyring") && { keyring: `${process.env["HOME"]}/.gnupg/pubring.gpg` }),
  };
}

/** All fields, the zero ones too, with the value files merged under `values`. Needs inputs without unknowns. */
export function complete(inputs: Properties): Properties {
  const plain = revealAll(inputs);
  const files = Array.isArray(plain["valueYamlFiles"]) ? plain["valueYamlFiles"] : [];
  const given = isObject(plain["values"]) ? plain["values"] : {};
  const values = [...files.map(readValues), given].reduce(mergeValues, {});
  const known = Object.entries(plain).filter(([key, value]) => FIELDS.includes(key) && value !== null);
  const completed = { ...ZERO, ...Object.fromEntries(known), values };
  const secret = copySecrecy(inputs, completed) as Properties;
  return hasSecret(inputs["valueYamlFiles"]) ? { ...secret, values: new Secret(values) } : secret;
}

/** For comparisons: absent fields get their zero values even beside unknowns. */
export function comparable(inputs: Properties): Properties {
  if (!hasUnknown(inputs)) return revealAll(complete(inputs));
  const known = Object.entries(revealAll(inputs)).filter(([key]) => FIELDS.includes(key));
  return { ...ZERO, ...Object.fromEntries(known) };
}

/** Deep merge as Helm merges values: objects by key, everything else replaced. */
export function mergeValues(base: Properties, over: Properties): Properties {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? mergeValues(below, value) : value;
  }
  return merged;
}

function readValues(file: PropertyValue): Properties {
  if (!(file instanceof Asset))
    throw new Error('valueYamlFiles takes assets, for example new FileAsset("values.yaml").');
  const { text, path } = file.fields;
  if (typeof text === "string") return parseValues(text, "given as text");
  if (typeof path === "string") return parseValues(readFileSync(path, "utf8"), path);
  throw new Error("valueYamlFiles takes a FileAsset or a StringAsset; this stand-in downloads no RemoteAsset.");
}

function parseValues(text: string, origin: string): Properties {
  const content = parse(text) as PropertyValue;
  if (content === null) return {};
  if (isObject(content)) return content;
  throw new Error(`The values file ${origin} is no YAML object.`);
}
