import { kind, mebibytes, type Problem, type Stack } from "../../foundation";
import { type RedisKeys, redisKeys } from "./keys";
import { Redis } from ".";

export const redis = kind(redisKeys, Redis, { check });

function check(keys: RedisKeys, { protect }: Stack): Problem[] {
  const limit = keys.resources?.limits?.memory ?? keys.resources?.memory;
  return [
    ...(protect && keys.keeps === "queue" && keys.servers < 3
      ? [
          {
            path: ["servers"],
            text: "is 1, but with protect: true a queue must survive the loss of a node.\n  Set servers: 3, or keeps: cache where the data may be lost.",
          },
        ]
      : []),
    ...(limit && mebibytes(limit) <= mebibytes(keys.memory)
      ? [
          {
            path: ["memory"],
            text: `is ${JSON.stringify(keys.memory)}, but the pods may use ${limit} in all, and saving takes up to half the data set more.\n  Lower memory, or raise resources.limits.memory.`,
          },
        ]
      : []),
  ];
}
