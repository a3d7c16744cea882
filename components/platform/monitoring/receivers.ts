import type { Access, SecretReference } from "../../foundation";
import { reachAnywhere, reachInternet } from "../../foundation";
import type { ReceiverKeys } from "./keys";

type Receivers = Readonly<Record<string, ReceiverKeys>>;

/** Secret with what the receivers must not show, a key per receiver; Alertmanager reads it as files. */
export const RECEIVERS_SECRET = "alertmanager-receivers";
const FOLDER = `/etc/alertmanager/secrets/${RECEIVERS_SECRET}`;
/** Swallows what nobody shall be told: the alert that always fires, and everything where nobody is named. */
const NOBODY = "nobody";

/** Alertmanager's configuration, without any secret: those are files that it names. */
export function alertmanagerConfig(receivers: Receivers) {
  const names = Object.keys(receivers);
  return {
    route: {
      receiver: NOBODY,
      group_by: ["namespace", "alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "4h",
      routes: [
        { receiver: NOBODY, matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
        ...names.map((name) => ({
          receiver: name,
          matchers: [`severity =~ "${(receivers[name]?.severities ?? []).join("|")}"`],
          continue: true,
        })),
      ],
    },
    // What is critical does not need the warning about the same thing beside it.
    inhibit_rules: [
      {
        source_matchers: ['severity = "critical"'],
        target_matchers: ['severity =~ "warning|info"'],
        equal: ["namespace", "alertname"],
      },
    ],
    receivers: [{ name: NOBODY }, ...Object.entries(receivers).map(([name, keys]) => receiver(name, keys))],
  };
}

function receiver(name: string, { webhook, slack, pagerduty, email }: ReceiverKeys) {
  const file = `${FOLDER}/${name}`;
  const resolved = { send_resolved: true };
  return {
    name,
    ...(webhook && { webhook_configs: [{ url_file: file, ...resolved }] }),
    ...(slack && { slack_configs: [{ api_url_file: file, ...resolved }] }),
    ...(pagerduty && { pagerduty_configs: [{ routing_key_file: file, ...resolved }] }),
    ...(email && { email_configs: [{ ...mail(email, file), ...resolved }] }),
  };
}

function mail({ to, from, smarthost, username, password }: NonNullable<ReceiverKeys["email"]>, file: string) {
  return {
    to,
    from,
    smarthost,
    ...(username && { auth_username: username }),
    ...(password && { auth_password_file: file }),
  };
}

/** The secret of each receiver that has one. */
export function receiverSecrets(receivers: Receivers): Record<string, SecretReference> {
  return Object.fromEntries(
    Object.entries(receivers).flatMap(([name, { webhook, slack, pagerduty, email }]) => {
      const reference = webhook ?? slack ?? pagerduty ?? email?.password;
      return reference ? [[name, reference]] : [];
    }),
  );
}

/** Receivers are outside the cluster, on the port of HTTPS or of the mail server. */
export function receiverAccess(receivers: Receivers): Access[] {
  const all = Object.values(receivers);
  const mailPorts = all.flatMap(({ email }) => (email ? [Number(email.smarthost.split(":")[1])] : []));
  return [
    ...(all.some(({ email }) => !email) ? [reachInternet()] : []),
    ...(mailPorts.length > 0 ? [reachAnywhere(...new Set(mailPorts))] : []),
  ];
}
