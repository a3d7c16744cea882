import { Certificates } from "../../components/certificates";
import { Artifacts, Authority, type Config, Namespace, parseConfig } from "../../components/foundation";
import { Observability } from "../../components/observability";

/** The configuration of a stack with one simulated model and these keys, as text. */
export function configOf(keys: Readonly<Record<string, string>> = {}): Config {
  const models = JSON.stringify([{ name: "tiny", kind: "simulator" }]);
  return parseConfig({ models, ...keys }, "Pulumi.test.yaml");
}

/** What most components are given, as index.ts makes it; call it inside a recorded program. */
export function surroundings(config: Config) {
  const artifacts = new Artifacts(config.artifacts);
  const authority = new Authority("authority");
  const namespace = new Namespace("platform", { name: config.namespace });
  const certificates = new Certificates("certificates", { ...config.certificates, artifacts, authority });
  const observability = new Observability("observability", { ...config.observability, artifacts, certificates });
  return { config, artifacts, authority, namespace, certificates, observability };
}
