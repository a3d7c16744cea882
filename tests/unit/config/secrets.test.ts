import { missingSecrets } from "../../../components/config/secrets";
import { configOf, encrypted, problemsOf } from "../../support/stack-file";

const monitoring = { receivers: { pager: { webhook: { secret: "pagerUrl" } } } };

test("a secret is the name of an encrypted key", () => {
  expect(configOf({ monitoring, pagerUrl: encrypted }).monitoring?.receivers).toMatchObject({
    pager: { webhook: { secret: "pagerUrl" } },
  });
});

test("without the key the error says how to set it", () => {
  expect(problemsOf({ monitoring })).toContain(
    'ai-platform:monitoring.receivers.pager.webhook names the secret "pagerUrl", but the file has no encrypted key of that name.\n' +
      "  Run: pulumi config set --secret ai-platform:pagerUrl",
  );
});

test("with a key of another name it asks whether that was meant", () => {
  expect(problemsOf({ monitoring, pagerUlr: encrypted })).toContain("Or did you mean pagerUlr?");
});

test("a key in plain text is refused, and its value is known to everybody by now", () => {
  const message = problemsOf({ monitoring, pagerUrl: "https://example.com" });
  expect(message).toContain("ai-platform:pagerUrl stands in the file in plain text");
  expect(message).toContain("take the old value for known");
});

test("they are found wherever they stand, in lists too", () => {
  const keys = { a: [{ b: { secret: "x" } }], c: { secret: "y" }, d: { secret: "x", other: 1 } };
  expect(missingSecrets(keys, ["y"], [])).toEqual([expect.stringContaining('ai-platform:a[0].b names the secret "x"')]);
});
