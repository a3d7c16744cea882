import { ExtendedKeyUsageExtension, type Extension, KeyUsageFlags, KeyUsagesExtension } from "@peculiar/x509";
import type { CheckFailure, Properties } from "../protocol/index.ts";

/** `allowedUses` that are bits of the key usage extension (RFC 5280, section 4.2.1.3). */
const KEY_USES: { readonly [use: string]: KeyUsageFlags } = {
  digital_signature: KeyUsageFlags.digitalSignature,
  content_commitment: KeyUsageFlags.nonRepudiation,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  data_encipherment: KeyUsageFlags.dataEncipherment,
  key_agreement: KeyUsageFlags.keyAgreement,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
  encipher_only: KeyUsageFlags.encipherOnly,
  decipher_only: KeyUsageFlags.decipherOnly,
};

/** `allowedUses` that are purposes of the extended key usage extension, as Go's `crypto/x509` numbers them. */
const EXTENDED_USES: { readonly [use: string]: string } = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

/** @returns no extension of a kind that no use belongs to */
export function usesExtensions(inputs: Properties): Extension[] {
  const uses = allowedUses(inputs);
  const flags = uses.flatMap((use) => KEY_USES[use] ?? []);
  const purposes = uses.flatMap((use) => EXTENDED_USES[use] ?? []);
  return [
    ...(flags.length === 0
      ? []
      : [
          new KeyUsagesExtension(
            flags.reduce((bits, flag) => bits | flag),
            true,
          ),
        ]),
    ...(purposes.length === 0 ? [] : [new ExtendedKeyUsageExtension(purposes)]),
  ];
}

export function validateUses(inputs: Properties): CheckFailure[] {
  const known = [...Object.keys(KEY_USES), ...Object.keys(EXTENDED_USES)];
  return allowedUses(inputs)
    .filter((use) => !known.includes(use))
    .map((use) => ({ property: "allowedUses", reason: `"${use}" is no use; allowed are ${known.join(", ")}.` }));
}

function allowedUses(inputs: Properties): string[] {
  const uses = inputs["allowedUses"];
  return Array.isArray(uses) ? uses.map(String) : [];
}
