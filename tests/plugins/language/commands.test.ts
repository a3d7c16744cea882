import { join } from "node:path";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { packCommand, programCommand } from "../../../rehearsal/plugins/language/commands.ts";

const project = join(__dirname, "..", "..", "..");
type Options = Parameters<typeof structs.Struct.fromJavaScript>[0];

function info(options: Options = {}) {
  return new messages.ProgramInfo()
    .setRootDirectory(project)
    .setProgramDirectory(project)
    .setEntryPoint(".")
    .setOptions(structs.Struct.fromJavaScript(options));
}

function runRequest(options?: Options) {
  const request = new messages.RunRequest()
    .setProject("platform")
    .setStack("dev")
    .setPwd(project)
    .setMonitorAddress("127.0.0.1:7")
    .setParallel(16)
    .setDryrun(true)
    .setConfigsecretkeysList(["platform:token"])
    .setInfo(info(options));
  request.getConfigMap().set("platform:domain", "example.com");
  return request;
}

test("a program gets its stack, the engine's addresses and whether this is a preview", () => {
  const { args, cwd } = programCommand(runRequest());
  expect(args[1]).toMatch(/@pulumi\/pulumi\/cmd\/run\/index\.js$/);
  expect(args).toEqual(expect.arrayContaining(["--project=platform", "--stack=dev", "--monitor=127.0.0.1:7"]));
  expect(args).toEqual(expect.arrayContaining(["--parallel=16", "--dry-run", `--root-directory=${project}`]));
  expect(args.at(-1)).toBe(".");
  expect(cwd).toBe(project);
});

test("configuration goes through the environment, never through arguments", () => {
  const { args, env } = programCommand(runRequest());
  expect(JSON.parse(env["PULUMI_CONFIG"] ?? "")).toEqual({ "platform:domain": "example.com" });
  expect(JSON.parse(env["PULUMI_CONFIG_SECRET_KEYS"] ?? "")).toEqual(["platform:token"]);
  expect(args.join(" ")).not.toContain("example.com");
});

test("the runtime options of Pulumi.yaml are followed", () => {
  const { args, env } = programCommand(
    runRequest({ typescript: false, nodeargs: "--trace-warnings", tsconfig: "a.json" }),
  );
  expect(args[1]).toBe("--trace-warnings");
  expect(env).toMatchObject({ PULUMI_NODEJS_TYPESCRIPT: "false", PULUMI_NODEJS_TSCONFIG_PATH: "a.json" });
  expect(programCommand(runRequest()).env["PULUMI_NODEJS_TYPESCRIPT"]).toBe("true");
});

test("a policy pack runs in its own folder, with the SDK of the workspace's root", () => {
  const pack = join(project, "policies");
  const request = new messages.RunPluginRequest()
    .setKind("analyzer")
    .setArgsList(["--logtostderr", "-v=9", "127.0.0.1:8"])
    .setEnvList(["WITH_EQUALS=a=b"])
    .setInfo(info().setProgramDirectory(pack).setEntryPoint("."));
  const { args, cwd, env } = packCommand(request);
  expect(args[1]).toMatch(/@pulumi\/pulumi\/cmd\/run-policy-pack\/index\.js$/);
  expect(args.slice(2)).toEqual(["127.0.0.1:8", pack]);
  expect(cwd).toBe(pack);
  expect(env["WITH_EQUALS"]).toBe("a=b");
});

test("a pack whose packages are not installed is told how to install them", () => {
  const request = new messages.RunPluginRequest()
    .setKind("analyzer")
    .setInfo(info().setProgramDirectory("/").setEntryPoint("."));
  expect(() => packCommand(request)).toThrow("Cannot find module '@pulumi/pulumi/cmd/run-policy-pack' from /. Run");
});

test("a plugin of another kind is refused", () => {
  const request = new messages.RunPluginRequest().setKind("resource").setInfo(info());
  expect(() => packCommand(request)).toThrow('kind "resource"');
});
