import { randomInt } from "node:crypto";
import { hash } from "bcryptjs";
import type { BridgedResource } from "../bridge/index.ts";
import { type CheckFailure, type Properties, type PropertyValue, textOf } from "../protocol/index.ts";
import { common, sameKeepers } from "./keepers.ts";

const DEFAULT_SPECIALS = "!@#$%&*()-_=+[]{}<>:?";
const BCRYPT_COST = 10;
/** bcrypt reads no further. */
const BCRYPT_BYTES = 72;

interface CharacterClass {
  readonly enabled: string;
  readonly minimum: string;
  readonly characters: string;
}

function classes(inputs: Properties): CharacterClass[] {
  return [
    { enabled: "lower", minimum: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
    { enabled: "upper", minimum: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { enabled: "numeric", minimum: "minNumeric", characters: "0123456789" },
    { enabled: "special", minimum: "minSpecial", characters: textOf(inputs, "overrideSpecial") || DEFAULT_SPECIALS },
  ];
}

/** @returns `length` characters; a minimum counts even for a class that is switched off, as upstream */
function generate(inputs: Properties): string {
  const chosen = classes(inputs).flatMap(({ minimum, characters }) => pick(characters, Number(inputs[minimum])));
  const alphabet = classes(inputs)
    .filter(({ enabled }) => inputs[enabled] === true)
    .map(({ characters }) => characters)
    .join("");
  return shuffled([...chosen, ...pick(alphabet, Number(inputs["length"]) - chosen.length)]).join("");
}

function pick(alphabet: string, count: number): string[] {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length)));
}

export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: randomInt(2 ** 47) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function validate(inputs: Properties): CheckFailure[] {
  const all = classes(inputs);
  const length = Number(inputs["length"]);
  const minima = all.reduce((sum, { minimum }) => sum + Number(inputs[minimum]), 0);
  const found: CheckFailure[] = [];
  if (length < 1 || length < minima) {
    const reason = `length is ${length}; it must be at least 1 and at least ${minima}, the sum of minUpper, minLower, minNumeric and minSpecial.`;
    found.push({ property: "length", reason });
  }
  if (inputs["number"] !== inputs["numeric"]) {
    const reason = "number and numeric are two names for one thing, but their values differ. Set numeric only.";
    found.push({ property: "number", reason });
  }
  if (!all.some(({ enabled }) => inputs[enabled] === true)) {
    found.push({ property: "", reason: "At least one of upper, lower, numeric and special must be true." });
  }
  return found;
}

function defaults({ number, numeric }: Properties): Properties {
  const digits = numeric ?? number ?? true;
  const enabled = { lower: true, upper: true, special: true, number: digits, numeric: digits };
  return { ...enabled, minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };
}

const noSpecials = (value: PropertyValue): boolean => value === null || value === "";
const text = {
  ...common,
  required: ["length"],
  defaults,
  validate,
  same: {
    keepers: sameKeepers,
    overrideSpecial: (stored: PropertyValue, planned: PropertyValue) => noSpecials(stored) && noSpecials(planned),
  },
};

async function passwordOutputs(result: string): Promise<Properties> {
  const read = Buffer.from(result).subarray(0, BCRYPT_BYTES).toString();
  return { result, bcryptHash: await hash(read, BCRYPT_COST) };
}

export const randomPassword: BridgedResource = {
  ...text,
  schemaVersion: 3,
  computed: ["result", "bcryptHash"],
  secrets: ["result", "bcryptHash"],
  create: async (inputs) => ({ id: "none", outputs: await passwordOutputs(generate(inputs)) }),
  restore: async (password) => ({
    id: "none",
    inputs: { length: password.length },
    outputs: await passwordOutputs(password),
  }),
};

export const randomString: BridgedResource = {
  ...text,
  schemaVersion: 2,
  computed: ["result"],
  create: (inputs) => {
    const result = generate(inputs);
    return { id: result, outputs: { result } };
  },
  restore: (id) => ({ id, inputs: { length: id.length }, outputs: { result: id } }),
};
