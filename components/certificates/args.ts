import type { Artifacts, Authority, Config } from "../foundation";

export interface CertificatesArgs {
  readonly artifacts: Artifacts;
  /** Signs the authority that cert-manager issues from, with issuer `internal`. */
  readonly authority: Authority;
  /** `internal` signs with our own authority; `acme` asks a public service, which must reach the host from the internet. */
  readonly issuer: Config["certificates"]["issuer"];
  /** Contact of the ACME account, told about expiring certificates. Required with issuer `acme`. */
  readonly acmeEmail?: Config["certificates"]["acmeEmail"];
  /** Directory URL of the ACME service. */
  readonly acmeServer: Config["certificates"]["acmeServer"];
  /** Pods of each cert-manager part; one works, the others stand by. */
  readonly replicas: Config["certificates"]["replicas"];
  /** Chart values merged over ours last. */
  readonly extraValues?: Config["certificates"]["extraValues"];
}
