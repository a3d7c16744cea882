import type { Alert, Part } from "../../foundation";

/** The alerts of all parts by rule group. Parts of one kind declare the same alerts, which then watch all of them. */
export function alertGroups(parts: readonly Pick<Part, "name" | "alerts" | "alertGroup">[]): Map<string, Alert[]> {
  const groups = new Map<string, Map<string, Alert>>();
  for (const { name: part, alerts = [], alertGroup = "alerts" } of parts) {
    const group = groups.get(alertGroup) ?? new Map<string, Alert>();
    for (const alert of alerts) {
      const known = group.get(alert.name);
      if (known && known.expression !== alert.expression)
        throw new Error(`"${part}" declares the alert ${alert.name}, which another part declares in other words.`);
      group.set(alert.name, alert);
    }
    if (group.size > 0) groups.set(alertGroup, group);
  }
  return new Map([...groups].map(([name, alerts]) => [name, [...alerts.values()]]));
}
