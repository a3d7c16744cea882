import { code, declaredAlerts, declaredMetrics, page, pages } from "./runbooks";

/** Pages that begin with what somebody sees instead of an alert. */
const TROUBLES = ["health-check-fails", "no-external-access", "pod-does-not-start", "service-not-reachable"];

test("every alert that a component declares has its page, and every page its alert or trouble", () => {
  const alerts = declaredAlerts();
  expect(alerts.length).toBeGreaterThan(10);
  expect(pages).toEqual([...alerts, ...TROUBLES].sort());
});

test("the table of contents lists every page once", () => {
  const linked = [...page("README").matchAll(/\]\((\S+)\.md\)/g)].map(([, name]) => name);
  expect(linked.sort()).toEqual([...pages]);
});

describe.each([...pages])("%s", (name) => {
  test("says how to look, what to do and when to call for help, in this order", () => {
    expect(page(name).match(/^## .*/gm)).toEqual(["## Look", "## Do", "## Escalate"]);
    expect(code(name, "sh").some((line) => line.startsWith("kubectl "))).toBe(true);
  });

  test("leads to pages that exist", () => {
    const links = [...page(name).matchAll(/\]\((\S+)\.md\)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !pages.includes(link))).toEqual([]);
  });

  test("queries metrics that a component declares", () => {
    const known = declaredMetrics();
    const names = code(name, "promql").flatMap(metricsOf);
    expect(names.filter((metric) => !known.includes(metric))).toEqual([]);
  });

  test("is short", () => {
    expect(page(name).split("\n").length).toBeLessThan(80);
  });
});

/** Metrics that a query asks; functions have a bracket behind them, and no metric here is without an underscore. */
function metricsOf(query: string): string[] {
  const bare = query.replace(/by \([^)]*\)|\{[^}]*\}|\[[^\]]*\]/g, "");
  const words = bare.match(/[a-zA-Z_:][\w:]*\b(?!\s*\()/g) ?? [];
  return words.filter((word) => word.includes("_")).map((word) => word.replace(/_bucket$/, ""));
}
