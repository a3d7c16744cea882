import { monitoringKeys } from "../../../components/platform/monitoring/keys";
import { alertmanagerConfig, receiverAccess, receiverSecrets } from "../../../components/platform/monitoring/receivers";
import { keysOf } from "../../support/builders";

const email = { to: "a@example.com", from: "b@example.com", smarthost: "smtp.example.com:587" };
const FOLDER = "/etc/alertmanager/secrets/alertmanager-receivers";

const of = (receivers: object) => keysOf(monitoringKeys, { receivers }).receivers;

test("with nobody to tell, alerts are grouped and told to nobody", () => {
  const { route, receivers } = alertmanagerConfig(of({}));
  expect(receivers).toEqual([{ name: "nobody" }]);
  expect(route).toMatchObject({ receiver: "nobody", group_by: ["namespace", "alertname"] });
});

test("every receiver is told what it asks for, and one does not keep another from being told", () => {
  const receivers = of({
    pager: { pagerduty: { secret: "pagerKey" }, severities: ["critical"] },
    chat: { slack: { secret: "chatUrl" } },
  });
  expect(alertmanagerConfig(receivers).route.routes).toEqual([
    { receiver: "nobody", matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
    { receiver: "pager", matchers: ['severity =~ "critical"'], continue: true },
    { receiver: "chat", matchers: ['severity =~ "warning|critical"'], continue: true },
  ]);
});

test("what is critical silences the warning about the same thing", () => {
  expect(alertmanagerConfig(of({})).inhibit_rules).toEqual([
    {
      source_matchers: ['severity = "critical"'],
      target_matchers: ['severity =~ "warning|info"'],
      equal: ["namespace", "alertname"],
    },
  ]);
});

test.each([
  ["webhook", { webhook: { secret: "s" } }, { webhook_configs: [{ url_file: `${FOLDER}/r`, send_resolved: true }] }],
  ["slack", { slack: { secret: "s" } }, { slack_configs: [{ api_url_file: `${FOLDER}/r`, send_resolved: true }] }],
  [
    "pagerduty",
    { pagerduty: { secret: "s" } },
    { pagerduty_configs: [{ routing_key_file: `${FOLDER}/r`, send_resolved: true }] },
  ],
  [
    "mail with a login",
    { email: { ...email, username: "u", password: { secret: "s" } } },
    { email_configs: [{ ...email, auth_username: "u", auth_password_file: `${FOLDER}/r`, send_resolved: true }] },
  ],
])("the secret of %s is a file that the configuration names", (_, stated, expected) => {
  const receivers = of({ r: stated });
  expect(alertmanagerConfig(receivers).receivers[1]).toEqual({ name: "r", ...expected });
  expect(receiverSecrets(receivers)).toEqual({ r: { secret: "s" } });
});

test("mail without a login has no secret", () => {
  const receivers = of({ r: { email } });
  expect(alertmanagerConfig(receivers).receivers[1]).toEqual({
    name: "r",
    email_configs: [{ ...email, send_resolved: true }],
  });
  expect(receiverSecrets(receivers)).toEqual({});
});

test("Alertmanager may reach what it tells: the internet over HTTPS, mail servers on their port, and nobody without receivers", () => {
  const ports = (receivers: object) =>
    receiverAccess(of(receivers)).flatMap(({ egress = [] }) => egress.map((rule) => rule.ports));
  expect(ports({})).toEqual([]);
  expect(ports({ chat: { slack: { secret: "s" } } })).toEqual([[{ protocol: "TCP", port: 443 }]]);
  expect(ports({ mail: { email }, other: { email } })).toEqual([[{ protocol: "TCP", port: 587 }]]);
});

test("a receiver of two kinds, or of none, is refused", () => {
  const bad = (stated: object) => monitoringKeys.shape.receivers.safeParse({ r: stated }).error?.issues[0]?.message;
  const message = "exactly one of webhook, slack, pagerduty, email";
  expect(bad({ webhook: { secret: "s" }, slack: { secret: "s" } })).toBe(message);
  expect(bad({})).toBe(message);
});
