import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { complete, type Exemption, isExempt } from "../../policies/configuration";
import { EXEMPT } from "../../policies/exemption";
import { rules } from "../../policies/rules";
import { deployment, namespace } from "./builders";

const folder = join(__dirname, "../../policies");
const granted = (resource: string): Exemption[] => [{ resource, reason: "a single writer" }];

describe("the configuration of a rule", () => {
  const today = "2027-03-31";

  test("honours what the program declares and exempts nothing else by default", () => {
    expect(complete("rule", {}, today)).toEqual({ annotations: "honoured", exemptions: [] });
  });

  test("is what the operator says", () => {
    expect(complete("rule", { annotations: "ignored" }, today)).toEqual({ annotations: "ignored", exemptions: [] });
  });

  test("has exemptions that hold for ever without a date, and to the end of their last day with one", () => {
    const list = [...granted("Pod/a"), { resource: "Pod/b", reason: "a single writer", expires: today }];
    expect(complete("rule", { exemptions: list }, today).exemptions).toEqual(list);
  });

  test("must not have expired exemptions: the error says which, why, since when, and what to do", () => {
    const list = [{ resource: "Pod/a", reason: "a single writer", expires: "2027-03-30" }];
    expect(() => complete("images-are-exact", { exemptions: list }, today)).toThrow(
      new Error(
        "Policy images-are-exact: the exemption of Pod/a (a single writer) expired on 2027-03-30. " +
          "Fix the resource and remove the exemption, or renew its date.",
      ),
    );
  });

  test("has no setting that does not exist", () => {
    expect(() => complete("images-are-exact", { exemption: [] } as object, today)).toThrow(
      new Error(
        'Policy images-are-exact: "exemption" is no setting of a rule. Use "enforcementLevel", "annotations" or "exemptions".',
      ),
    );
  });

  test("shows the user no stack when it is wrong", () => {
    let shown: unknown;
    try {
      complete("rule", { typo: 1 } as object, today);
    } catch (error) {
      shown = (error as Error).stack;
    }
    expect(shown).toMatch(/^Policy rule: [^\n]*\.$/);
  });
});

describe("an exemption by the operator covers", () => {
  const backend = deployment({ "metadata.name": "renamed" }, { name: "backend" });

  test.each(["Deployment/backend", "*/backend", "Deployment/*", "Deployment/back*", "Deployment/*end", "D*t/b*d"])(
    "an object by %s",
    (pattern) => {
      expect(isExempt(backend, granted(pattern))).toBe(true);
    },
  );

  test.each([
    "Deployment/back",
    "Deployment/ackend",
    "deployment/backend",
    "Pod/backend",
    "Deployment/b.ckend",
    "Deployment/renamed",
  ])("nothing else by %s", (pattern) => {
    expect(isExempt(backend, granted(pattern))).toBe(false);
  });

  test("what any of several names", () => {
    const several = [...granted("Pod/a"), ...granted("Namespace/monitoring")];
    expect(isExempt(namespace({}, { name: "monitoring" }), several)).toBe(true);
    expect(isExempt(namespace({}, { name: "ai-platform" }), several)).toBe(false);
  });
});

describe("the list of rules", () => {
  test("holds every file of the folder once, under the file's name", () => {
    const files = readdirSync(join(folder, "rules")).map((file) => file.replace(/\.ts$/, ""));
    expect(rules.map(({ name }) => name).sort()).toEqual(files.filter((file) => file !== "index").sort());
  });

  test.each(rules.map((rule) => [rule.name, rule] as const))("%s reads well in a message", (_, { why, fix }) => {
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(fix).toMatch(/^[a-z].*[^.]$/);
  });

  test.each(rules.map(({ name }) => name))("%s fits into the name of an annotation", (name) => {
    // Kubernetes allows 63 characters after the slash.
    expect(`${EXEMPT}${name}`).toMatch(/^[a-z.-]+\/[a-z][a-z.-]{0,62}$/);
  });

  test("is the table of the README", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const rows = (readme.split("## Rules")[1] ?? "").split("\n").filter((line) => line.startsWith("| `"));
    expect(rows.map((row) => row.split("|").map((cell) => cell.trim()))).toEqual(
      rules.map(({ name, why, fix }) => ["", `\`${name}\``, why, fix.replaceAll("|", "\\|"), ""]),
    );
  });
});
