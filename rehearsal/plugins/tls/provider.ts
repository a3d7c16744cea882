// First of all: @peculiar/x509 needs it while it loads.
import "reflect-metadata";
import { createRequire } from "node:module";
import { bridge } from "../bridge/index.ts";
import type { Provider } from "../protocol/index.ts";
import { privateKey } from "./keys.ts";
import { locallySignedCert } from "./locally-signed.ts";
import { certRequest } from "./request.ts";
import { selfSignedCert } from "./self-signed.ts";

const { version } = createRequire(import.meta.url)("@pulumi/tls/package.json") as { version: string };

/** Stand-in for the `tls` plugin: real keys and certificates. */
export const tls: Provider = bridge(version, {
  "tls:index/certRequest:CertRequest": certRequest,
  "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
  "tls:index/privateKey:PrivateKey": privateKey,
  "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
});
