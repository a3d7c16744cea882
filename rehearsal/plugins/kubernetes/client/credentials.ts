import { execFile } from "node:child_process";
import type { AgentOptions } from "node:https";
import { promisify } from "node:util";
import { type Kubeconfig, material, type UserEntry } from "./kubeconfig.ts";

/** How a user proves who she is: a client certificate, a bearer token, or both. */
interface Credentials {
  readonly cert?: Buffer | string | undefined;
  readonly key?: Buffer | string | undefined;
  readonly token?: string | undefined;
}

/** Credentials of an exec plugin are asked for once per run. */
export async function connectionOptions(
  kubeconfig: Kubeconfig,
): Promise<{ tls: AgentOptions; headers: { [name: string]: string } }> {
  const { cluster, user } = kubeconfig;
  const { cert, key, token } = user.exec ? await askPlugin(user.exec) : storedCredentials(kubeconfig);
  const ca = material(kubeconfig, cluster["certificate-authority-data"], cluster["certificate-authority"]);
  const serverName = cluster["tls-server-name"];
  const tls = {
    ...(ca && { ca }),
    ...(cert && key && { cert, key }),
    ...(serverName && { servername: serverName }),
    ...(cluster["insecure-skip-tls-verify"] && { rejectUnauthorized: false }),
  };
  return { tls, headers: token ? { authorization: `Bearer ${token}` } : {} };
}

function storedCredentials(kubeconfig: Kubeconfig): Credentials {
  const { user } = kubeconfig;
  return {
    cert: material(kubeconfig, user["client-certificate-data"], user["client-certificate"]),
    key: material(kubeconfig, user["client-key-data"], user["client-key"]),
    token: user.token ?? material(kubeconfig, undefined, user.tokenFile)?.toString("utf8").trim(),
  };
}

/** Client-go credential plugins (`aws eks get-token`, `gke-gcloud-auth-plugin`) print an ExecCredential. */
async function askPlugin({ apiVersion, command, args, env }: NonNullable<UserEntry["exec"]>): Promise<Credentials> {
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const { stdout } = await promisify(execFile)(command, [...(args ?? [])], {
    env: { ...process.env, KUBERNETES_EXEC_INFO: info, ...own },
    timeout: 60_000,
  });
  const { status } = JSON.parse(stdout) as {
    status?: { token?: string; clientCertificateData?: string; clientKeyData?: string };
  };
  return { cert: status?.clientCertificateData, key: status?.clientKeyData, token: status?.token };
}
