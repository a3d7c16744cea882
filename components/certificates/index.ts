import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import * as pulumi from "@pulumi/pulumi";
import {
  type Access,
  charts,
  customResource,
  type Labels,
  labels,
  Namespace,
  reachInternet,
  reachKubernetesApi,
  release,
  serveKubernetesApi,
} from "../foundation";
import type { CertificatesArgs } from "./args";
import { acmeIssuer, CHALLENGE_PODS, clusterIssuer, internalIssuer } from "./issuers";
import { buildValues, NAMESPACE } from "./values";

export type { CertificatesArgs } from "./args";

/** Port of the webhook that the API server asks about every certificate. */
const WEBHOOK_PORT = 10250;
const METRICS_PORT = 9402;
const CONTROLLER = { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller" };

export interface PublicCertificateArgs {
  readonly namespace: Namespace;
  /** DNS names, the first of which names the certificate. */
  readonly hosts: readonly [string, ...string[]];
}

/** cert-manager and the one issuer that signs what users see. Certificates inside the cluster come from the foundation's Authority. */
export class Certificates extends pulumi.ComponentResource {
  /** Name of the ClusterIssuer. */
  readonly issuer: CertificatesArgs["issuer"];
  /** Pods that prove to an ACME service that we own a host; the edge must reach them. Absent with issuer `internal`. */
  readonly challenge?: { readonly labels: Labels; readonly port: number };
  /** Where cert-manager tells how it is; the monitoring is installed after it. */
  readonly metrics: { readonly namespace: Namespace; readonly labels: Labels; readonly port: number };
  private readonly clusterIssuer: pulumi.Resource;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:certificates:Certificates", name, {}, opts);
    const own = { parent: this };
    const namespace = new Namespace(name, { name: NAMESPACE, access: access(args.issuer) }, own);
    const manager = release(
      name,
      {
        chart: args.artifacts.chart(charts.certManager),
        namespace,
        releaseName: "cert-manager",
        values: buildValues(args),
        extraValues: args.extraValues,
      },
      { ...own, dependsOn: [namespace] },
    );
    const acme = args.issuer === "acme";
    const spec = acme ? acmeIssuer(args) : internalIssuer(name, args.authority, namespace, own);
    this.clusterIssuer = clusterIssuer(args.issuer, spec, { ...own, dependsOn: [manager] });
    this.issuer = args.issuer;
    if (acme) this.challenge = CHALLENGE_PODS;
    this.metrics = { namespace, labels: CONTROLLER, port: METRICS_PORT };
    this.registerOutputs({ issuer: this.issuer });
  }

  /**
   * A certificate for public hosts, renewed by cert-manager; returns the name of its Secret. A deployment waits for it with issuer
   * `internal` only: an ACME service answers once the hosts' DNS leads here, which cannot be before the first deployment.
   */
  certificate(name: string, { namespace, hosts }: PublicCertificateArgs, opts: pulumi.CustomResourceOptions): string {
    const secretName = `${name}-tls`;
    customResource<ICertificate>(
      secretName,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: secretName, namespace: namespace.reference, labels: labels(name, "certificate") },
        spec: {
          secretName,
          dnsNames: hosts,
          issuerRef: { name: this.issuer, kind: "ClusterIssuer", group: "cert-manager.io" },
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          revisionHistoryLimit: 2,
        },
        ...(this.issuer === "internal" && { waitFor: "condition=Ready" }),
      },
      pulumi.mergeOptions(opts, { dependsOn: [this.clusterIssuer] }),
    );
    return secretName;
  }
}

/** With ACME, cert-manager talks to the service and checks its own challenge at the public address, which starts on port 80. */
function access(issuer: CertificatesArgs["issuer"]): Access[] {
  const inside = [reachKubernetesApi(), serveKubernetesApi(WEBHOOK_PORT)];
  const selfCheck = { name: "check-challenges", spec: { egress: [{ ports: [{ protocol: "TCP", port: 80 }] }] } };
  return issuer === "acme" ? [...inside, reachInternet(), selfCheck] : inside;
}
