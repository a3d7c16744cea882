import type { z } from "zod";
import * as fields from "../../../components/foundation/fields";

const digest = `sha256:${"0".repeat(64)}`;

const cases: readonly (readonly [string, z.ZodType, readonly unknown[], readonly unknown[]])[] = [
  ["dnsLabel", fields.dnsLabel, ["a", "api-2"], ["", "Api", "2a", "a-", "a.b", "a".repeat(41)]],
  ["modelName", fields.modelName, ["llama-3.3-70b"], ["a.", "Llama"]],
  ["hostname", fields.hostname, ["localhost", "a.example.com"], ["Not A Host", "a..b", "-a.b", "https://a.b"]],
  ["cidr", fields.cidr, ["10.0.0.0/8", "fd00::/8"], ["10.0.0.0", "10.0.0.0/33"]],
  ["origin", fields.origin, ["https://a.example.com", "http://localhost:3000"], ["https://a.example.com/", "a.b", "*"]],
  ["cpu", fields.cpu, ["250m", "2"], ["0", "0.5", "2 cores"]],
  ["quantity", fields.quantity, ["512Mi", "1Gi", "2Ti"], ["1G", "0Gi", "1.5Gi"]],
  ["duration", fields.duration, ["24h", "15d", "2w"], ["15", "15m"]],
  ["holdTime", fields.holdTime, ["30s", "5m", "1h"], ["5", "0m", "1d"]],
  ["port", fields.port, [1, 65_535], [0, 65_536, "80"]],
  ["absolutePath", fields.absolutePath, ["/", "/var/lib"], ["var", "/a b"]],
  [
    "image",
    fields.image,
    ["ghcr.io/a/b:1.2", "localhost:5000/a:v1", `ghcr.io/a/b@${digest}`, `ghcr.io/a/b:1.2@${digest}`],
    ["nginx", "ghcr.io/a/b", "ghcr.io/a/b:latest", "nginx:1.2"],
  ],
  ["labelSet", fields.labelSet, [{ "example.com/a": "b", c: "" }], [{ "a b": "c" }, { a: "b c" }, { a: 1 }]],
  [
    "secretReference",
    fields.secretReference,
    [{ secret: "pagerUrl" }],
    ["pagerUrl", { secret: "a b" }, { secret: "a", b: 1 }],
  ],
  ["uses", fields.uses, [["a"], { database: "a" }], ["a", { Database: "a" }]],
  [
    "replicas",
    fields.replicas(0, 5),
    [{ min: 0, max: 5 }],
    [
      { min: 3, max: 2 },
      { min: 0, max: 6 },
      { min: 0, max: 0 },
    ],
  ],
];

describe.each(cases)("%s", (_, field, good, bad) => {
  test.each(good)("takes %j", (value) => {
    expect(field.safeParse(value).success).toBe(true);
  });

  test.each(bad)("refuses %j", (value) => {
    expect(field.safeParse(value).success).toBe(false);
  });
});

test("a part's own labels cannot take the place of those that tell the parts' pods apart", () => {
  expect(fields.partLabels.safeParse({ app: "web", "app.kubernetes.io/component": "api" }).success).toBe(true);
  const { error } = fields.partLabels.safeParse({ "app.kubernetes.io/name": "another" });
  expect(error?.issues[0]?.message).toContain("beside app.kubernetes.io/name and app.kubernetes.io/part-of");
});
