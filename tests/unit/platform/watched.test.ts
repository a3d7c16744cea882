import type { Alert, Dashboard } from "../../../components/foundation";
import { alertGroups } from "../../../components/platform/monitoring/alert-groups";
import { dashboardJson } from "../../../components/platform/monitoring/dashboards";

const alert = (name: string, expression = "up == 0"): Alert => ({
  name,
  expression,
  for: "5m",
  severity: "warning",
  summary: "s",
  description: "d",
});

describe("alerts", () => {
  const names = (groups: ReadonlyMap<string, readonly Alert[]>) =>
    Object.fromEntries([...groups].map(([group, alerts]) => [group, alerts.map(({ name }) => name)]));

  test("of all parts are one group, but those of a part that wants its own", () => {
    const groups = alertGroups([
      { name: "cache", alerts: [alert("A")] },
      { name: "gpu", alerts: [alert("B")], alertGroup: "gpu-alerts" },
      { name: "queue", alerts: [alert("C")] },
    ]);
    expect(names(groups)).toEqual({ alerts: ["A", "C"], "gpu-alerts": ["B"] });
  });

  test("of parts of one kind are declared by each and made once", () => {
    expect(
      names(
        alertGroups([
          { name: "cache", alerts: [alert("A")] },
          { name: "queue", alerts: [alert("A")] },
        ]),
      ),
    ).toEqual({
      alerts: ["A"],
    });
  });

  test("of one name in other words are an error that names the part", () => {
    const parts = [
      { name: "cache", alerts: [alert("A")] },
      { name: "queue", alerts: [alert("A", "up == 1")] },
    ];
    expect(() => alertGroups(parts)).toThrow(
      '"queue" declares the alert A, which another part declares in other words.',
    );
  });

  test("are no group where there are none", () => {
    expect(names(alertGroups([{ name: "cache" }, { name: "queue", alerts: [] }]))).toEqual({});
  });
});

test("a dashboard is read-only, with its panels two by two and its queries by legend", () => {
  const panel = (title: string) => ({ title, unit: "reqps", queries: { "{{pod}}": "a", all: "b" } });
  const dashboard: Dashboard = { name: "gateway", title: "Gateway", panels: ["1", "2", "3"].map(panel) };
  const json = dashboardJson(dashboard);
  expect(json).toMatchObject({ uid: "gateway", title: "Gateway", editable: false });
  expect(json.panels.map(({ id, gridPos: { x, y } }) => [id, x, y])).toEqual([
    [1, 0, 0],
    [2, 12, 0],
    [3, 0, 8],
  ]);
  expect(json.panels[0]).toMatchObject({
    fieldConfig: { defaults: { unit: "reqps" } },
    targets: [
      { refId: "A", expr: "a", legendFormat: "{{pod}}" },
      { refId: "B", expr: "b", legendFormat: "all" },
    ],
  });
});
