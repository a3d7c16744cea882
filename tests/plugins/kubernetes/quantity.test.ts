import { canonicalQuantity } from "../../../rehearsal/plugins/kubernetes/objects/quantity.ts";

test.each([
  ["1000m", "1"],
  ["1500m", "1500m"],
  ["1.5", "1500m"],
  ["0.010", "10m"],
  [2, "2"],
  [0.5, "500m"],
  ["1024Mi", "1Gi"],
  ["0.5Gi", "512Mi"],
  ["1.5Gi", "1536Mi"],
  ["1500Mi", "1500Mi"],
  ["0.5Ki", "512"],
  ["1000M", "1G"],
  ["128974848", "128974848"],
  ["0", "0"],
  ["-1000m", "-1"],
])("2.6 the quantity %s is stored as %s", (given, stored) => {
  expect(canonicalQuantity(given)).toBe(stored);
});

test.each(["lots", "", "1Xi", ".", "1e3"])("2.6 %j is left to the server", (text) => {
  expect(canonicalQuantity(text)).toBe(text);
});
