import { createRequire } from "node:module";
import { bridge } from "../bridge/index.ts";
import type { Provider } from "../protocol/index.ts";
import { randomBytes, randomId } from "./bytes.ts";
import { randomInteger, randomPet, randomShuffle } from "./choice.ts";
import { randomPassword, randomString } from "./text.ts";
import { randomUuid, randomUuid4, randomUuid7 } from "./uuid.ts";

const { version } = createRequire(import.meta.url)("@pulumi/random/package.json") as { version: string };

/** Stand-in for the `random` plugin: values of the official formats, lengths and alphabets, made with Node's `crypto`. */
export const random: Provider = bridge(version, {
  "random:index/randomBytes:RandomBytes": randomBytes,
  "random:index/randomId:RandomId": randomId,
  "random:index/randomInteger:RandomInteger": randomInteger,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomPet:RandomPet": randomPet,
  "random:index/randomShuffle:RandomShuffle": randomShuffle,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomUuid:RandomUuid": randomUuid,
  "random:index/randomUuid4:RandomUuid4": randomUuid4,
  "random:index/randomUuid7:RandomUuid7": randomUuid7,
});
