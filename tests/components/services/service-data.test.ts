import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../../components/foundation";
import { Service } from "../../../components/services/service";
import { serviceKeys } from "../../../components/services/service/keys";
import { connectionTo, keysOf, recordPart } from "../../support/builders";
import type { Recorded } from "../../support/mocks";

const minimal = { image: "registry.example.com/web:2.4.1", resources: { cpu: "500m", memory: "1Gi" } };

const postgres = connectionTo("db", {
  credentials: {
    secretName: "postgres-credentials",
    keys: ["username", "password"],
    values: { username: pulumi.output("shop"), password: pulumi.secret("generated") },
  },
  url: (caFile) => pulumi.secret(`postgresql://shop:generated@db?ca=${caFile}`),
});

const service = async (keys: object, uses: readonly Connection[] = [postgres]) => {
  const { stack } = await recordPart((site) => {
    const connection = (name: string) => connectionTo(name);
    return new Service("web", { ...keysOf(serviceKeys, { ...minimal, ...keys }), uses, connection, site });
  });
  return stack;
};

interface Pod {
  readonly containers: readonly [
    { readonly env: readonly { readonly name: string }[]; readonly volumeMounts: readonly object[] },
  ];
  readonly volumes: readonly object[];
}

function podOf(stack: Recorded): Pod {
  return (stack.get("web", "Deployment").inputs as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

const own = (stack: Recorded) => podOf(stack).containers[0].env.filter(({ name }) => !name.startsWith("DB_"));

describe("variables", () => {
  test("that are texts stand in the pod", async () => {
    const stack = await service({ environment: { MODE: "production" } });
    expect(own(stack)).toEqual([{ name: "MODE", value: "production" }]);
    expect(stack.ofType("Secret")).toEqual([]);
  });

  test("that are secret come from a Secret of the service's own, by reference and with the reason", async () => {
    const environment = {
      DATABASE_URL: { from: "db" },
      DATABASE_USER: { from: "db", key: "username" },
      API_TOKEN: { secret: "apiToken" },
    };
    const stack = await service({ environment, secretVariables: "the framework reads variables only" });
    const name = "web-environment";
    expect(own(stack)).toEqual([
      { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name, key: "database-url" } } },
      { name: "DATABASE_USER", valueFrom: { secretKeyRef: { name, key: "database-user" } } },
      { name: "API_TOKEN", valueFrom: { secretKeyRef: { name, key: "api-token" } } },
    ]);
    expect(stack.get(name, "Secret")).toMatchObject({
      inputs: {
        stringData: {
          "database-url": "postgresql://shop:generated@db?ca=/run/ca/db/ca.crt",
          "database-user": "shop",
          "api-token": "decrypted-apiToken",
        },
      },
      secretInputs: ["stringData"],
    });
    const pods = JSON.stringify(stack.get("web", "Deployment").inputs);
    expect(pods).not.toMatch(/generated@|decrypted-/);
    expect(pods).toContain('"ai-platform.dev/secret-variables-reason":"the framework reads variables only"');
  });

  test("whose names end in _FILE hold the path of a file with the secret, and need no reason", async () => {
    const stack = await service({ environment: { DATABASE_URL_FILE: { from: "db" } } });
    expect(own(stack)).toEqual([{ name: "DATABASE_URL_FILE", value: "/run/secrets/environment/database-url" }]);
    expect(podOf(stack).volumes).toContainEqual({
      name: "environment",
      secret: {
        secretName: "web-environment",
        items: [{ key: "database-url", path: "database-url" }],
        defaultMode: 0o440,
      },
    });
  });

  test("may live in a Secret whose name the system fixes", async () => {
    const environment = { TOKEN_FILE: { secret: "token" } };
    const stack = await service({ environment, secretName: "web-secrets" });
    expect(stack.object("Secret", "web-secrets").inputs).toMatchObject({ stringData: { token: "decrypted-token" } });
  });
});

describe("files", () => {
  test("that are texts come from a ConfigMap, secret ones from a Secret, each at its path alone", async () => {
    const stack = await service({
      files: { "/etc/app/config.yaml": "mode: a", "/etc/app/key.pem": { secret: "signingKey" } },
    });
    expect(stack.get("web-files", "ConfigMap").inputs).toMatchObject({ data: { "etc-app-config.yaml": "mode: a" } });
    expect(stack.get("web-secret-files", "Secret")).toMatchObject({
      inputs: { stringData: { "etc-app-key.pem": "decrypted-signingKey" } },
      secretInputs: ["stringData"],
    });
    expect(podOf(stack).containers[0].volumeMounts).toEqual(
      expect.arrayContaining([
        { name: "files", mountPath: "/etc/app/config.yaml", subPath: "etc-app-config.yaml", readOnly: true },
        { name: "secret-files", mountPath: "/etc/app/key.pem", subPath: "etc-app-key.pem", readOnly: true },
      ]),
    );
  });

  test("roll the pods when they change, because the names of their objects are made by the provider", async () => {
    const stack = await service({ files: { "/a": "1", "/b": { secret: "b" } } });
    for (const name of ["web-files", "web-secret-files"])
      expect(stack.get(name, name === "web-files" ? "ConfigMap" : "Secret").inputs).not.toHaveProperty("metadata.name");
  });
});

describe("volumes", () => {
  const claims = { uploads: { path: "/uploads", size: "10Gi", access: "ReadWriteMany", storageClass: "shared" } };

  test("outlive the pods under the name that the stack file gives, and are there before them", async () => {
    const stack = await service({ claims });
    const volume = stack.object("PersistentVolumeClaim", "uploads");
    expect(volume.inputs).toMatchObject({
      spec: {
        accessModes: ["ReadWriteMany"],
        storageClassName: "shared",
        resources: { requests: { storage: "10Gi" } },
      },
    });
    expect(stack.get("web", "Workload").dependsOn).toContain(volume.urn);
    expect(podOf(stack).volumes).toContainEqual({
      name: "claim-uploads",
      persistentVolumeClaim: { claimName: "uploads" },
    });
    expect(podOf(stack).containers[0].volumeMounts).toContainEqual({
      name: "claim-uploads",
      mountPath: "/uploads",
      readOnly: false,
    });
  });

  test("never take the place of one that the program names", async () => {
    const stack = await service({ files: { "/etc/a": "b" }, claims: { files: { path: "/files", size: "1Gi" } } });
    expect(podOf(stack).volumes).toEqual(
      expect.arrayContaining([
        { name: "files", configMap: { name: "web-files" } },
        { name: "claim-files", persistentVolumeClaim: { claimName: "files" } },
      ]),
    );
  });

  test("that die with the pod are bounded", async () => {
    const stack = await service({ scratch: { "/tmp": "64Mi", "/var/cache/App": "1Gi" } });
    expect(podOf(stack).volumes).toEqual(
      expect.arrayContaining([
        { name: "scratch-tmp", emptyDir: { sizeLimit: "64Mi" } },
        { name: "scratch-var-cache-app", emptyDir: { sizeLimit: "1Gi" } },
      ]),
    );
  });
});
