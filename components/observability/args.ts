import type { Artifacts, Config } from "../foundation";
import type { Certificates } from "../certificates";

export interface ObservabilityArgs {
  readonly artifacts: Artifacts;
  /** Signs the certificate of the operator's admission webhook, so it must be ready first. */
  readonly certificates: Certificates;
  /** Prometheus and Alertmanager pods; two are independent copies that scrape the same targets. */
  readonly replicas: Config["observability"]["replicas"];
  /** How long samples are kept, for example `15d`. */
  readonly retention: Config["observability"]["retention"];
  /** Volume per Prometheus pod in GiB. */
  readonly storageGiB: Config["observability"]["storageGiB"];
  /** Memory request and limit per Prometheus pod in MiB. */
  readonly memoryMiB: Config["observability"]["memoryMiB"];
  /** Chart values merged over ours last. */
  readonly extraValues?: Config["observability"]["extraValues"];
}
