import { type JsonGeneralNames, type JsonName, Name, SubjectAlternativeNameExtension } from "@peculiar/x509";
import { isObject, type Properties, type PropertyValue } from "../protocol/index.ts";

/** Attributes of a subject in the order Go's `crypto/x509` writes them, with their object identifiers. */
const ATTRIBUTES = [
  ["country", "2.5.4.6"],
  ["organization", "2.5.4.10"],
  ["organizationalUnit", "2.5.4.11"],
  ["locality", "2.5.4.7"],
  ["province", "2.5.4.8"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "2.5.4.3"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
] as const;

export function readSubject(inputs: Properties): Name {
  const subject = inputs["subject"];
  const given: Properties = isObject(subject) ? subject : {};
  const json: JsonName = ATTRIBUTES.flatMap(([name, oid]) => strings(given[name]).map((value) => ({ [oid]: [value] })));
  return new Name(json);
}

/** @returns no extension when the inputs name nothing */
export function readAlternativeNames(inputs: Properties): SubjectAlternativeNameExtension[] {
  const names: JsonGeneralNames = [
    ...strings(inputs["dnsNames"]).map((value) => ({ type: "dns" as const, value })),
    ...strings(inputs["ipAddresses"]).map((value) => ({ type: "ip" as const, value })),
    ...strings(inputs["uris"]).map((value) => ({ type: "url" as const, value })),
  ];
  return names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [];
}

function strings(value: PropertyValue | undefined): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
