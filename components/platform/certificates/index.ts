import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import * as pulumi from "@pulumi/pulumi";
import {
  type Access,
  type Around,
  customResource,
  type Labels,
  type Member,
  type Namespace,
  type Part,
  reachAnywhere,
  reachInternet,
  reachKubernetesApi,
  release,
  type ScrapeTarget,
  serveKubernetesApi,
} from "../../foundation";
import { charts } from "../../versions";
import { acmeIssuer, CHALLENGE_PODS, clusterIssuer, internalIssuer } from "./issuers";
import type { CertificatesKeys } from "./keys";
import { buildValues, NAMESPACE } from "./values";

export type CertificatesArgs = CertificatesKeys & Pick<Around, "site">;

/** Port of the webhook that the API server asks about every certificate. */
const WEBHOOK_PORT = 10250;
const METRICS_PORT = 9402;
const CONTROLLER = { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller" };
/** A challenge is checked at the public address. Where the cluster answers for it itself, policies see the edge's pod ports. */
const CHALLENGE_PORTS = [80, 443, 8000, 8443];

export interface PublicCertificateArgs {
  readonly namespace: Namespace;
  readonly host: string;
  /** Name of the Certificate and of the Secret it fills. */
  readonly secretName: string;
}

/** cert-manager and the one issuer that signs what users see. Certificates inside the cluster come from the foundation's Authority. */
export class Certificates extends pulumi.ComponentResource implements Part {
  readonly name: string;
  readonly connections = {};
  readonly members: readonly Member[] = [];
  readonly metrics: readonly ScrapeTarget[];
  /** Pods that prove to an ACME service that we own a host; the edge must reach them. Absent with issuer `internal`. */
  readonly challenge?: { readonly labels: Labels; readonly port: number };
  private readonly args: CertificatesArgs;
  private readonly clusterIssuer: pulumi.Resource;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:platform:Certificates", name, {}, opts);
    this.name = name;
    this.args = args;
    const own = { parent: this };
    const { site } = args;
    const namespace = site.addNamespace(name, { name: NAMESPACE, access: access(args) }, own);
    const manager = release(
      name,
      {
        chart: site.artifacts.chart(charts.certManager),
        namespace,
        releaseName: "cert-manager",
        values: buildValues({ ...args, artifacts: site.artifacts, ...site.nodes }),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace] },
    );
    const acme = args.issuer === "acme";
    const spec = acme ? acmeIssuer(args) : internalIssuer(name, site.authority, namespace, own);
    this.clusterIssuer = clusterIssuer(this.issuerName, spec, namespace, { ...own, dependsOn: [manager] });
    if (acme) this.challenge = CHALLENGE_PODS;
    this.metrics = [{ name: "cert-manager", peer: { namespace: NAMESPACE, labels: CONTROLLER }, port: METRICS_PORT }];
    this.registerOutputs({ issuer: this.issuerName });
  }

  private get issuerName(): string {
    return this.args.issuerName ?? this.args.issuer;
  }

  /**
   * A certificate for a public host, renewed by cert-manager. A deployment waits for it with issuer `internal` only: an ACME service
   * answers once the host's DNS leads here, which cannot be before the first deployment.
   */
  certificate({ namespace, host, secretName }: PublicCertificateArgs, opts: pulumi.CustomResourceOptions): void {
    customResource<ICertificate>(
      secretName,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          name: secretName,
          namespace: namespace.reference,
          labels: namespace.labels(secretName, "certificate"),
        },
        spec: {
          secretName,
          dnsNames: [host],
          issuerRef: { name: this.issuerName, kind: "ClusterIssuer", group: "cert-manager.io" },
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          revisionHistoryLimit: 2,
        },
        ...(this.args.issuer === "internal" && { waitFor: "condition=Ready" }),
      },
      pulumi.mergeOptions(opts, { dependsOn: [this.clusterIssuer] }),
    );
  }
}

/** With ACME, cert-manager talks to the service and checks its own challenge at the public address. */
function access({ issuer, site }: CertificatesArgs): Access[] {
  const inside = [reachKubernetesApi(site.network), serveKubernetesApi(WEBHOOK_PORT)];
  return issuer === "acme" ? [...inside, reachInternet(), reachAnywhere(...CHALLENGE_PORTS)] : inside;
}
