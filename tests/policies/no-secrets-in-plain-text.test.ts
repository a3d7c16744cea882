import { noSecretsInPlainText } from "../../policies/rules/no-secrets-in-plain-text";
import { configMap, deployment, pod, release, service } from "./builders";
import { describeRule } from "./judge";

const CONTAINER = "spec.template.spec.containers[backend]";

function withVariable(name: string, value: string) {
  return deployment({ [`${CONTAINER}.env`]: [{ name, value }] });
}

function withArguments(...args: string[]) {
  return deployment({ [`${CONTAINER}.args`]: args });
}

function withValues(values: object) {
  return release({ values });
}

function withText(text: string) {
  return configMap({ "data.conf": text });
}

function refused(path: string, secret: string | number): string {
  return `${path} is a literal of ${String(secret).length} characters, must be in a Secret`;
}

/** Split, so that no scanner takes this page for a leak. */
const shapes = {
  "a private key": ["-----BEGIN RSA ", "PRIVATE KEY-----\nMII"].join(""),
  "an access key of AWS": ["AKIA", "ABCDEFGHIJ234567"].join(""),
  "a temporary access key of AWS": ["ASIA", "ABCDEFGHIJ234567"].join(""),
  "a token of GitHub": ["ghp_", "a1".repeat(18)].join(""),
  "a token of Hugging Face": ["hf_", "aB".repeat(15)].join(""),
  "a key of OpenAI's form": ["sk-", "a_1-".repeat(5)].join(""),
  "a token of Slack": ["xoxb-", "1234567890"].join(""),
  "a web token": ["eyJhbGciOiJI", "eyJzdWIiOiIx", "c2lnbmF0dXJl"].join("."),
  "a URL with a password": "postgres://backend:hunter2@db:5432/app",
  "a URL with a password and no user": "redis://:hunter2@cache:6379",
};

const names =
  "password adminPassword REDIS_PASSWD passphrase HF_TOKEN apiKey api_key AWS_SECRET_ACCESS_KEY aws-secret-key privateKey " +
  "encryptionKey signingKey clientSecret sharedSecret webhookSecret hmacSecret jwtSecret sessionSecret cookieSecret " +
  "credential credentials masterauth requirepass";

describeRule(noSecretsInPlainText, {
  passes: {
    "settings that are no secrets": [deployment(), release(), configMap()],
    "the path of a secret's file": withVariable("POSTGRES_PASSWORD_FILE", "secret.txt"),
    "a path under a secret's name": withVariable("API_TOKEN", "/run/secrets/api/token"),
    "a reference to another variable": withVariable("API_TOKEN", " $(OTHER)"),
    "a template": withVariable("API_TOKEN", "{{ .token }}"),
    "an empty value": withVariable("API_TOKEN", " "),
    "settings about a model's tokens": withArguments("--time-to-first-token=20ms --per-output-token 5ms --max-token 9"),
    "a number of tokens": withVariable("MAX_TOKENS", "4096"),
    "the name of a Secret, or of its key": withValues({
      existingSecret: "grafana",
      secretName: "tls",
      passwordKey: "password",
      imagePullSecrets: [{ name: "registry" }],
    }),
    "switches and empty settings": withValues({
      token: true,
      password: "none",
      apiKey: null,
      passwd: undefined,
      credentials: "FALSE",
    }),
    "a variable from a Secret": pod({
      "spec.containers[backend].env": [{ name: "X_TOKEN", valueFrom: { secretKeyRef: { name: "db", key: "token" } } }],
    }),
    "options that are no secrets": withArguments(
      "--tokenizer",
      "llama",
      "--token",
      "--verbose",
      "token",
      "list",
      "models--token",
      "x",
    ),
    "an option that takes a file": withArguments("--password-file=secret.txt"),
    "text about passwords": withText("The password is in the Secret.\n# password: see the vault\n"),
    "references in text": withText('password: {{ .pw }}\ntoken = $TOKEN\napi_key: ""\npasswd: null\n'),
    "a name whose value is on the next line": withText("password:\n  from: vault\n"),
    "URLs without a password": withText("postgres://backend@db:5432/app\nredis://cache:6379\nhttp://a:$PW@b\n"),
    "objects without settings": service({ "data.password": "hunter2" }),
  },
  refuses: {
    ...Object.fromEntries(
      names
        .split(" ")
        .map((name) => [
          `a literal ${name}`,
          [withVariable(name, "hunter2"), refused(`${CONTAINER}.env[${name}].value`, "hunter2")] as const,
        ]),
    ),
    ...Object.fromEntries(
      Object.entries(shapes).map(([title, secret]) => [
        `${title} under any name`,
        [withValues({ harmless: `is ${secret}` }), refused("values.harmless", `is ${secret}`)] as const,
      ]),
    ),
    "a number": [withValues({ grafana: { adminPassword: 123456 } }), refused("values.grafana.adminPassword", 123456)],
    "an item of a list": [withValues({ apiKey: ["hunter2"] }), refused("values.apiKey[0]", "hunter2")],
    "a variable in a chart's values": [
      withValues({ env: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      refused("values.env[DB_PASSWORD].value", "hunter2"),
    ],
    "a value without a name beside it": [
      withValues({ token: { value: "hunter2" } }),
      refused("values.token.value", "hunter2"),
    ],
    "a key of a ConfigMap": [configMap({ "data.password": "hunter2" }), refused("data.password", "hunter2")],
    "a line of a configuration file": [
      withText("user: app\n  password: hunter2\n"),
      refused("data.conf", "user: app\n  password: hunter2\n"),
    ],
    "a quoted name and value": [
      withText('{\n"apiKey" : "hunter2"\n}'),
      refused("data.conf", '{\n"apiKey" : "hunter2"\n}'),
    ],
    "a directive of Redis": [
      withText("port 0\n requirepass hunter2"),
      refused("data.conf", "port 0\n requirepass hunter2"),
    ],
    "the password of a Redis primary": [withText("masterauth hunter2"), refused("data.conf", "masterauth hunter2")],
    "an option with an equals sign": [
      withArguments("--api-key=hunter2"),
      refused(`${CONTAINER}.args[0]`, "--api-key=hunter2"),
    ],
    "an option in two words": [withArguments("--api-key", "hunter2"), refused(`${CONTAINER}.args[1]`, "hunter2")],
    "an option with one dash": [withArguments("-password", "hunter2"), refused(`${CONTAINER}.args[1]`, "hunter2")],
    "an option inside a shell command": [
      deployment({ [`${CONTAINER}.command`]: ["sh", "-c", "serve --api-key hunter2"] }),
      refused(`${CONTAINER}.command[2]`, "serve --api-key hunter2"),
    ],
    "an init container": [
      pod({ "spec.initContainers[init].env[LOG_LEVEL]": { name: "DB_PASSWORD", value: "hunter2" } }),
      refused("spec.initContainers[init].env[DB_PASSWORD].value", "hunter2"),
    ],
  },
});
