import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Exemption, exemptions, isExempt } from "../../policies/configuration";
import { rules } from "../../policies/rules";
import { deployment, namespace } from "./builders";

const folder = join(__dirname, "../../policies");
const granted = (resource: string): Exemption[] => [{ resource, reason: "a single writer" }];

describe("exemptions of a rule", () => {
  const today = "2027-03-31";

  test("are none by default", () => {
    expect(exemptions("rule", {}, today)).toEqual([]);
  });

  test("hold for ever without a date, and to the end of their last day with one", () => {
    const list = [...granted("Pod/a"), { resource: "Pod/b", reason: "a single writer", expires: today }];
    expect(exemptions("rule", { exemptions: list }, today)).toEqual(list);
  });

  test("that have expired are an error that says which, why, since when, and what to do", () => {
    const list = [{ resource: "Pod/a", reason: "a single writer", expires: "2027-03-30" }];
    expect(() => exemptions("images-are-exact", { exemptions: list }, today)).toThrow(
      new Error(
        "Policy images-are-exact: the exemption of Pod/a (a single writer) expired on 2027-03-30. " +
          "Fix the resource and remove the exemption, or renew its date.",
      ),
    );
  });

  test("come with no setting that does not exist", () => {
    expect(() => exemptions("images-are-exact", { exemption: [] } as object, today)).toThrow(
      new Error(
        'Policy images-are-exact: "exemption" is no setting of a rule. Use "enforcementLevel" or "exemptions".',
      ),
    );
  });

  test("show the user no stack", () => {
    let shown: unknown;
    try {
      exemptions("rule", { typo: 1 } as object, today);
    } catch (error) {
      shown = (error as Error).stack;
    }
    expect(shown).toMatch(/^Policy rule: [^\n]*\.$/);
  });
});

describe("an exemption covers", () => {
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

describe.each(["dev.json", "prod.json"])("%s", (file) => {
  const config = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>;

  test("makes every rule mandatory unless it says otherwise", () => {
    expect(config["all"]).toBe("mandatory");
  });

  test("names rules that exist", () => {
    const names = rules.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(config).filter((key) => key !== "all")));
  });
});

test("production relaxes no rule as a whole", () => {
  const { all, ...rest } = JSON.parse(readFileSync(join(folder, "prod.json"), "utf8")) as Record<
    string,
    object | string
  >;
  expect(all).toBe("mandatory");
  for (const setting of Object.values(rest)) expect(Object.keys(setting)).toEqual(["exemptions"]);
});

describe("the list of rules", () => {
  test("holds every file of the folder once, under the file's name", () => {
    const files = readdirSync(join(folder, "rules")).map((file) => file.replace(/\.ts$/, ""));
    expect(rules.map(({ name }) => name)).toEqual(files.filter((file) => file !== "index").sort());
  });

  test.each(rules.map((rule) => [rule.name, rule] as const))("%s reads well in a message", (_, { why, fix }) => {
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(fix).toMatch(/^[a-z].*[^.]$/);
  });

  test("is the table of the README", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const rows = (readme.split("## Rules")[1] ?? "").split("\n").filter((line) => line.startsWith("| `"));
    expect(rows.map((row) => row.split("|").map((cell) => cell.trim()))).toEqual(
      rules.map(({ name, why, fix }) => ["", `\`${name}\``, why, fix.replaceAll("|", "\\|"), ""]),
    );
  });
});
