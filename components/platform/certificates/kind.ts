import { once, type Problem, type Stack } from "../../foundation";
import { Certificates } from ".";
import { type CertificatesKeys, certificatesKeys } from "./keys";
import { NAMESPACE } from "./values";

export const certificates = once(
  certificatesKeys.describe("cert-manager and the issuer of public certificates."),
  Certificates,
  { namespaces: [NAMESPACE], check },
);

function check({ issuer, acmeEmail }: CertificatesKeys, { domain }: Stack): Problem[] {
  if (issuer !== "acme") return [];
  return [
    ...(acmeEmail
      ? []
      : [{ path: ["acmeEmail"], text: "is missing, but issuer acme needs a contact address.\n  Add it." }]),
    ...(/(^|\.)localhost$/.test(domain)
      ? [
          {
            path: ["issuer"],
            text: `is "acme", but ai-platform:domain is ${JSON.stringify(domain)}, and an ACME service only signs public names.\n  Set a public domain, or issuer: internal.`,
          },
        ]
      : []),
  ];
}
