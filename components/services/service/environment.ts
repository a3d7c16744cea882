import type * as pulumi from "@pulumi/pulumi";
import { authorityFile, type Connection, type Mount, OwnedSecret, type Site, type Variable } from "../../foundation";
import type { ServiceKeys } from "./keys";

const FOLDER = "/run/secrets/environment";

type Keys = Pick<ServiceKeys, "environment" | "secretName">;

export interface Environment {
  readonly environment: Readonly<Record<string, Variable>>;
  readonly mounts: readonly Mount[];
  /** Annotations of the pods. A Secret whose name is fixed rolls them by its version. */
  readonly annotations: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Plain variables as they are; secret ones from a Secret of the service's own, as files where their names end in _FILE. */
export function serviceEnvironment(
  name: string,
  { environment, secretName, uses, site }: Keys & { readonly uses: readonly Connection[]; readonly site: Site },
  opts: pulumi.CustomResourceOptions,
): Environment {
  const plain = Object.entries(environment).filter(isPlain);
  const secrets = Object.entries(environment).filter((entry) => !isPlain(entry));
  if (secrets.length === 0) return { environment: Object.fromEntries(plain), mounts: [], annotations: {} };
  const given = Object.fromEntries(
    secrets.map(([variable, value]) => [keyOfVariable(variable), valueOf(variable, value, uses, site)]),
  );
  const secret = new OwnedSecret(
    `${name}-environment`,
    { namespace: site.namespace, given, ...(secretName && { fixedName: secretName }) },
    opts,
  );
  const entries = secrets.map(([variable]): [string, Variable] => {
    const key = keyOfVariable(variable);
    return [variable, isFile(variable) ? `${FOLDER}/${key}` : { secretName: secret.secretName, key }];
  });
  const files = secrets.map(([variable]) => variable).filter(isFile);
  return {
    environment: Object.fromEntries([...plain, ...entries]),
    mounts: files.length > 0 ? [filesOf(secret, files)] : [],
    annotations: secretName ? { "ai-platform.dev/secret-version": secret.version } : {},
  };
}

/** `DATABASE_URL` and `DATABASE_URL_FILE` -> `database-url`. */
export function keyOfVariable(variable: string): string {
  return variable
    .replace(/_FILE$/, "")
    .toLowerCase()
    .replaceAll("_", "-");
}

/** Whether a secret variable holds the path of a file. */
export function isFile(variable: string): boolean {
  return variable.endsWith("_FILE");
}

function isPlain(entry: [string, ServiceKeys["environment"][string]]): entry is [string, string] {
  return typeof entry[1] === "string";
}

function filesOf({ secretName }: OwnedSecret, variables: readonly string[]): Mount {
  const items = variables.map((variable) => ({ key: keyOfVariable(variable), path: keyOfVariable(variable) }));
  return { name: "environment", path: FOLDER, source: { secret: { secretName, items, defaultMode: 0o440 } } };
}

function valueOf(
  variable: string,
  value: ServiceKeys["environment"][string],
  uses: readonly Connection[],
  site: Site,
): pulumi.Input<string> {
  if (typeof value === "string") return value;
  if ("secret" in value) return site.secret(value);
  const use = uses.find(({ name }) => name === value.from);
  if (!use) throw new Error(`${variable} comes from "${value.from}", which is not used.`);
  const found = valueOfConnection(use, value.key);
  if (found === undefined)
    throw new Error(`${variable}: ${value.from} has no ${value.key}; the loader should have said so.`);
  return found;
}

function valueOfConnection(use: Connection, key: string): pulumi.Input<string> | undefined {
  if (key === "url") return use.url?.(authorityFile(use.name));
  return use.credentials?.values[key] ?? use.attributes?.[key];
}
