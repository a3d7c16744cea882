import { randomInt } from "node:crypto";
import type { BridgedResource } from "../bridge/index.ts";
import { type CheckFailure, type Properties, textOf } from "../protocol/index.ts";
import { common } from "./keepers.ts";
import { shuffled } from "./text.ts";

const ADVERBS = ["barely", "boldly", "gently", "happily", "kindly", "mostly", "openly", "quietly", "slowly", "truly"];
const ADJECTIVES = ["able", "brave", "calm", "eager", "fair", "gentle", "keen", "proud", "quick", "wise"];
const ANIMALS = ["badger", "crane", "dingo", "falcon", "gecko", "heron", "lemur", "otter", "panda", "tapir"];

function oneOf(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? "";
}

/** The name is only in the ID. */
export const randomPet: BridgedResource = {
  ...common,
  schemaVersion: 0,
  required: [],
  defaults: () => ({ length: 2, separator: "-" }),
  computed: [],
  create: (inputs) => {
    const count = Number(inputs["length"]);
    const prefix = textOf(inputs, "prefix");
    const words = [...Array.from({ length: Math.max(count - 2, 0) }, () => oneOf(ADVERBS)), oneOf(ADJECTIVES)];
    const name = [...words, oneOf(ANIMALS)].slice(-count);
    return { id: [...(prefix === "" ? [] : [prefix]), ...name].join(textOf(inputs, "separator")), outputs: {} };
  },
};

/** Upstream's seeds drive its own generator, whose results cannot be had here. */
function noSeed({ seed }: Properties): CheckFailure[] {
  if (seed === undefined) return [];
  return [{ property: "seed", reason: "This stand-in cannot repeat the results of a seed. Leave seed out." }];
}

export const randomInteger: BridgedResource = {
  ...common,
  schemaVersion: 0,
  required: ["min", "max"],
  validate: (inputs) => {
    const ordered = Number(inputs["min"]) <= Number(inputs["max"]);
    return [...noSeed(inputs), ...(ordered ? [] : [{ property: "min", reason: "min must not be greater than max." }])];
  },
  computed: ["result"],
  create: ({ min, max }) => {
    const result = randomInt(Number(min), Number(max) + 1);
    return { id: String(result), outputs: { result } };
  },
};

export const randomShuffle: BridgedResource = {
  ...common,
  schemaVersion: 0,
  required: ["inputs"],
  validate: noSeed,
  computed: ["results"],
  create: ({ inputs = [], resultCount }) => {
    const items = [inputs].flat();
    const count = Number(resultCount ?? items.length);
    const rounds = items.length > 0 ? Math.ceil(count / items.length) : 0;
    const results = Array.from({ length: rounds }, () => shuffled(items)).flat();
    return { id: "-", outputs: { results: results.slice(0, count) } };
  },
};
