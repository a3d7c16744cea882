import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Namespace } from "./namespace";
import type { Mount } from "./container";

const HOURS_PER_YEAR = 8_760;

/** What a certificate may be used for, and how long. */
type Profile = Pick<
  tls.LocallySignedCertArgs,
  "allowedUses" | "isCaCertificate" | "validityPeriodHours" | "earlyRenewalHours"
>;

const SERVER = {
  allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
  validityPeriodHours: HOURS_PER_YEAR,
  earlyRenewalHours: 90 * 24,
} satisfies Profile;

const INTERMEDIATE = {
  allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
  isCaCertificate: true,
  validityPeriodHours: 3 * HOURS_PER_YEAR,
  earlyRenewalHours: HOURS_PER_YEAR,
} satisfies Profile;

export interface AuthorityArgs {
  /** Names the authority in its certificate. */
  readonly system: string;
}

/** Our own certificate authority for connections inside the cluster. Its key never leaves the encrypted state. */
export class Authority extends pulumi.ComponentResource {
  /** The certificate in PEM, public. */
  readonly certificate: pulumi.Output<string>;
  private readonly key: tls.PrivateKey;
  private readonly system: string;

  constructor(name: string, { system }: AuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:Authority", name, {}, opts);
    const own = { parent: this };
    this.system = system;
    this.key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
    const certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: this.key.privateKeyPem,
        isCaCertificate: true,
        subject: { commonName: `${system} internal authority`, organization: system },
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        validityPeriodHours: 10 * HOURS_PER_YEAR,
        earlyRenewalHours: HOURS_PER_YEAR,
      },
      own,
    );
    this.certificate = certificate.certPem;
    this.registerOutputs({ certificate: this.certificate });
  }

  /** Signs a request for a server's names; valid for a year and renewed by the first deployment in its last 90 days. */
  sign(
    name: string,
    key: tls.PrivateKey,
    dnsNames: string[],
    opts: pulumi.CustomResourceOptions,
  ): tls.LocallySignedCert {
    const commonName = dnsNames[0] ?? name;
    const request = new tls.CertRequest(
      `${name}-request`,
      { privateKeyPem: key.privateKeyPem, dnsNames, subject: { commonName } },
      opts,
    );
    return this.signRequest(name, request, SERVER, opts);
  }

  /**
   * Signs another authority, one that issues certificates inside the cluster; so this one's key need not go there. Valid for three
   * years and renewed by the first deployment in its last.
   */
  signAuthority(name: string, key: tls.PrivateKey, opts: pulumi.CustomResourceOptions): tls.LocallySignedCert {
    const subject = { commonName: `${this.system} ${name}`, organization: this.system };
    const request = new tls.CertRequest(`${name}-request`, { privateKeyPem: key.privateKeyPem, subject }, opts);
    return this.signRequest(name, request, INTERMEDIATE, opts);
  }

  private signRequest(
    name: string,
    request: tls.CertRequest,
    profile: Profile,
    opts: pulumi.CustomResourceOptions,
  ): tls.LocallySignedCert {
    return new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: this.certificate,
        caPrivateKeyPem: this.key.privateKeyPem,
        ...profile,
      },
      opts,
    );
  }
}

export interface ServerCertificateArgs {
  readonly namespace: Namespace;
  readonly authority: Authority;
  /** Names of the Services that clients connect to; each is valid in its short, namespaced and full form. */
  readonly services: readonly string[];
}

/** A key and certificate for a server, in a Secret of type kubernetes.io/tls that also holds the authority as `ca.crt`. */
export class ServerCertificate extends pulumi.ComponentResource {
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-platform:foundation:ServerCertificate", name, {}, opts);
    const own = { parent: this };
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
    const certificate = args.authority.sign(name, key, serverNames(args.services, args.namespace.name), own);
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { namespace: args.namespace.reference, labels: args.namespace.labels(name, "secret") },
        type: "kubernetes.io/tls",
        stringData: {
          "tls.crt": certificate.certPem,
          "tls.key": key.privateKeyPem,
          "ca.crt": args.authority.certificate,
        },
      },
      own,
    );
    this.secretName = secret.metadata.name;
    this.registerOutputs({ secretName: this.secretName });
  }

  /** `tls.crt`, `tls.key` and `ca.crt` as files in a folder. */
  at(path: string): Mount {
    return { name: "tls", path, source: { secret: { secretName: this.secretName, defaultMode: 0o440 } } };
  }
}

/** Every name under which a pod may address the Services, each of a headless one's pods, and a sidecar its own pod. */
export function serverNames(services: readonly string[], namespace: string): string[] {
  const names = services.flatMap((service) => {
    const full = `${service}.${namespace}.svc.cluster.local`;
    return [full, `${service}.${namespace}.svc`, `${service}.${namespace}`, service, `*.${full}`];
  });
  return [...names, "localhost"];
}
