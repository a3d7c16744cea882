import type { IClusterIssuer } from "@kubernetes-models/cert-manager/cert-manager.io/v1/ClusterIssuer";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { type Authority, customResource, type Leaves, type Namespace } from "../../foundation";
import type { CertificatesKeys } from "./keys";

type IssuerSpec = Leaves<NonNullable<IClusterIssuer["spec"]>>;

/** The pods that cert-manager starts, in the namespace of the certificate, to answer one HTTP challenge. */
export const CHALLENGE_PODS = { labels: { "acme.cert-manager.io/http01-solver": "true" }, port: 8089 } as const;

/** Signs with an authority of the cluster's own, which the platform's Authority vouches for. */
export function internalIssuer(
  name: string,
  authority: Authority,
  namespace: Namespace,
  own: pulumi.CustomResourceOptions,
): IssuerSpec {
  const key = new tls.PrivateKey(`${name}-issuer-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
  const certificate = authority.signAuthority(`${name}-issuer`, key, own);
  const secret = new k8s.core.v1.Secret(
    `${name}-issuer`,
    {
      metadata: { namespace: namespace.reference, labels: namespace.labels(name, "issuer") },
      type: "kubernetes.io/tls",
      stringData: {
        // Issuer first, then what vouches for it: servers then send a chain that ends at the platform's authority.
        "tls.crt": pulumi.interpolate`${certificate.certPem}${authority.certificate}`,
        "tls.key": key.privateKeyPem,
        "ca.crt": authority.certificate,
      },
    },
    own,
  );
  return { ca: { secretName: secret.metadata.name } };
}

/** Orders from an ACME service, which asks for a file over HTTP at the host to be signed; Traefik forwards it to a solver pod. */
export function acmeIssuer({ acmeEmail, acmeServer }: CertificatesKeys): IssuerSpec {
  if (!acmeEmail)
    throw new Error("Issuer acme needs a contact address: set ai-platform:certificates.acmeEmail in the stack file.");
  return {
    acme: {
      server: acmeServer,
      email: acmeEmail,
      privateKeySecretRef: { name: "acme-account" },
      solvers: [{ http01: { ingress: { ingressClassName: "traefik", serviceType: "ClusterIP" } } }],
    },
  };
}

/** An issuer for all namespaces; ready once it has read its key, or has its account. */
export function clusterIssuer(
  name: string,
  spec: IssuerSpec,
  namespace: Namespace,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return customResource<IClusterIssuer>(
    `issuer-${name}`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name, labels: namespace.labels(name, "issuer") },
      spec,
      waitFor: "condition=Ready",
    },
    opts,
  );
}
