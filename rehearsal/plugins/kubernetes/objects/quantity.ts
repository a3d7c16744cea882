import type { Json } from "./object.ts";

/** Milli, micro and nano have no binary twin; powers are of ten or of 1024 (resource.Quantity of the API machinery). */
const DECIMAL = new Map([
  ["E", 18],
  ["P", 15],
  ["T", 12],
  ["G", 9],
  ["M", 6],
  ["k", 3],
  ["", 0],
  ["m", -3],
  ["u", -6],
  ["n", -9],
]);
const BINARY = new Map([
  ["Ei", 60n],
  ["Pi", 50n],
  ["Ti", 40n],
  ["Gi", 30n],
  ["Mi", 20n],
  ["Ki", 10n],
]);
const NANO = 10n ** 9n;
const QUANTITY =
  /^(?<sign>[+-]?)(?=\.?\d)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>Ei|Pi|Ti|Gi|Mi|Ki|E|P|T|G|M|k|m|u|n)?$/;

interface Parts {
  readonly sign: string;
  readonly whole: string;
  readonly fraction?: string;
  readonly suffix?: string;
}

/**
 * The spelling the API server stores: `1000m` is `1`, `0.5Gi` is `512Mi`, the number 2 is `"2"`. Anything that is no quantity
 * comes back unchanged, for the server to refuse; so do exponents (`1e3`), which it keeps.
 */
export function canonicalQuantity(value: Json): Json {
  if (typeof value !== "string" && typeof value !== "number") return value;
  const parts = QUANTITY.exec(String(value))?.groups as Parts | undefined;
  if (!parts) return value;
  const { sign, whole, fraction = "", suffix = "" } = parts;
  const digits = BigInt(whole + fraction);
  const nano = inNano(digits, fraction.length, suffix);
  const text = BINARY.has(suffix) && nano >= 1024n * NANO ? binaryText(nano) : decimalText(nano);
  return sign === "-" && text !== "0" ? `-${text}` : text;
}

function inNano(digits: bigint, decimals: number, suffix: string): bigint {
  const shift = BINARY.get(suffix);
  const scaled =
    shift === undefined ? digits * 10n ** BigInt((DECIMAL.get(suffix) ?? 0) + 9) : (digits << shift) * NANO;
  const divisor = 10n ** BigInt(decimals);
  // The server rounds up what is finer than a nano.
  return (scaled + divisor - 1n) / divisor;
}

function binaryText(nano: bigint): string {
  for (const [suffix, shift] of BINARY) {
    const unit = NANO << shift;
    if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  }
  return decimalText(nano);
}

function decimalText(nano: bigint): string {
  if (nano === 0n) return "0";
  for (const [suffix, power] of DECIMAL) {
    const unit = 10n ** BigInt(power + 9);
    if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  }
  return `${nano}n`;
}
