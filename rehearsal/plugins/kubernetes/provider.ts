import { createRequire } from "node:module";
import { join } from "node:path";
import type { Properties, Provider } from "../protocol/index.ts";
import { Lists } from "./await/lists.ts";
import { check } from "./check/index.ts";
import { Scopes } from "./check/scope.ts";
import { Cluster } from "./client/cluster.ts";
import { Http } from "./client/http.ts";
import { fileOf, type Kubeconfig, loadKubeconfig } from "./client/kubeconfig.ts";
import { type Config, parseConfig } from "./configure/config.ts";
import { diffConfig } from "./configure/diff.ts";
import type { ReleaseContext, ResourceMethods } from "./context.ts";
import { diff } from "./diff/index.ts";
import { InFlight } from "./in-flight.ts";
import { createRelease } from "./release/index.ts";
import { createResource } from "./resource/create.ts";
import { deleteResource } from "./resource/delete.ts";
import { readResource } from "./resource/read.ts";
import type { Session } from "./resource/session.ts";
import { updateResource } from "./resource/update.ts";
import { pausesFrom } from "./settings.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** The kubernetes plugin: any object of the cluster, and Helm releases. */
export function createProvider(environment: NodeJS.ProcessEnv): Provider {
  let configured: ((type: string) => ResourceMethods) | undefined;
  const methodsOf = (type: string): ResourceMethods => {
    if (!configured) throw new Error("the kubernetes plugin got a request before its configuration");
    return configured(type);
  };
  const home = environment["PULUMI_HOME"];
  const inFlight = new InFlight(home && join(home, "in-flight"));
  return {
    version: packageVersion(),
    diffConfig: (request) => Promise.resolve(diffConfig(request)),
    configure: (properties: Properties) => {
      configured = connect(parseConfig(properties, environment), environment);
      return Promise.resolve();
    },
    check: (request, call) => methodsOf(request.type).check(request, call),
    diff: (request, call) => methodsOf(request.type).diff(request, call),
    create: (request, call) => {
      const create = () => methodsOf(request.type).create(request, call);
      return request.preview ? create() : inFlight.during("creating", request, request.inputs, create);
    },
    read: (request, call) => methodsOf(request.type).read(request, call),
    update: (request, call) => {
      const update = () => methodsOf(request.type).update(request, call);
      return request.preview ? update() : inFlight.during("updating", request, request.inputs, update);
    },
    delete: (request, call) =>
      inFlight.during("deleting", request, request.outputs, () => methodsOf(request.type).delete(request, call)),
  };
}

function connect(config: Config, environment: NodeJS.ProcessEnv): (type: string) => ResourceMethods {
  const kubeconfig = loadKubeconfig(config);
  const session = sessionFor(config, kubeconfig, environment);
  const objects = objectMethods(session);
  const releases = createRelease(releaseContext(kubeconfig, session, environment));
  return (type) => (type === RELEASE ? releases : objects);
}

function sessionFor(config: Config, kubeconfig: Kubeconfig, environment: NodeJS.ProcessEnv): Session {
  const cluster = new Cluster(new Http(kubeconfig));
  const pauses = pausesFrom(environment);
  return {
    cluster,
    pauses,
    scopes: new Scopes(cluster),
    lists: new Lists(cluster),
    defaultNamespace: defaultNamespace(config, kubeconfig),
    mutableConfigMaps: config.enableConfigMapMutable,
    mutableSecrets: config.enableSecretMutable,
    alwaysForce: config.enablePatchForce,
  };
}

/** Where namespaced objects go that name no namespace. */
export function defaultNamespace(config: Pick<Config, "namespace">, kubeconfig: Pick<Kubeconfig, "namespace">): string {
  return config.namespace ?? kubeconfig.namespace ?? "default";
}

function objectMethods(session: Session): ResourceMethods {
  return {
    check: (request) => check(request, session),
    diff: (request) => Promise.resolve(diff(request, session)),
    create: (request, call) => createResource(request, session, call),
    read: (request) => readResource(request, session),
    update: (request, call) => updateResource(request, session, call),
    delete: (request, call) => deleteResource(request, session, call),
  };
}

/** Helm is the one on the PATH, or what `HELM_BIN` names. */
function releaseContext(
  kubeconfig: Kubeconfig,
  { defaultNamespace, scopes }: Session,
  environment: NodeJS.ProcessEnv,
): ReleaseContext {
  return {
    kubeconfigPath: fileOf(kubeconfig),
    context: kubeconfig.context,
    helm: environment["HELM_BIN"] || "helm",
    defaultNamespace,
    registerCrdScopes: (crds) => {
      scopes.register(crds);
    },
  };
}

/** The engine matches plugins with the SDK's package by version. */
function packageVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("@pulumi/kubernetes/package.json") as { version: string }).version;
}
