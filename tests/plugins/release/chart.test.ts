import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localPath, pullArguments } from "../../../rehearsal/plugins/kubernetes/release/chart.ts";
import { resourceNames } from "../../../rehearsal/plugins/kubernetes/release/live.ts";
import { writeChart } from "./chart.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chart-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("8.15 a folder is a chart only with Chart.yaml inside", async () => {
  const chart = await writeChart(join(folder, "whole"));
  expect(localPath({ chart })).toBe(chart);
  expect(() => localPath({ chart: folder })).toThrow(`path "${folder}" not found`);
});

test("8.15 an archive on this machine is a chart", async () => {
  const archive = join(folder, "some-1.0.0.tgz");
  await writeFile(archive, "");
  expect(localPath({ chart: archive })).toBe(archive);
});

test("8.15 a name that is no path is looked for elsewhere", () => {
  expect(localPath({ chart: "keda" })).toBeUndefined();
});

test("8.15 a relative path must exist", () => {
  expect(() => localPath({ chart: "./nowhere" })).toThrow('path "./nowhere" not found');
});

test("8.15 with a repository no local chart counts", async () => {
  const chart = await writeChart(join(folder, "shadowed"));
  expect(localPath({ chart, repositoryOpts: { repo: "https://charts.example.com" } })).toBeUndefined();
});

test("8.15 the URL of a repository means a look-up in its index", () => {
  const inputs = { chart: "keda", version: "2.20.2", repositoryOpts: { repo: "https://charts.example.com" } };
  expect(pullArguments(inputs)).toEqual(["keda", "--repo", "https://charts.example.com", "--version", "2.20.2"]);
});

test("8.15 a repository's name stands before the chart", () => {
  expect(pullArguments({ chart: "keda", repositoryOpts: { repo: "kedacore" } })).toEqual(["kedacore/keda"]);
});

test("8.15 oci:// ignores the repository", () => {
  const inputs = { chart: "oci://registry.example.com/keda", repositoryOpts: { repo: "https://charts.example.com" } };
  expect(pullArguments(inputs)).toEqual(["oci://registry.example.com/keda"]);
});

test("8.15 a password is never an argument", () => {
  const repositoryOpts = { username: "reader", password: "hidden" };
  const args = pullArguments({ chart: "oci://registry.example.com/keda", repositoryOpts });
  expect(args.join(" ")).not.toContain("hidden");
});

test("8.12 resource names are grouped by kind and group, sorted, and have a namespace only if the manifest has one", () => {
  const manifest = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: b }
---
# a comment only
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: a }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
`;
  expect(resourceNames(manifest)).toEqual({ "Service/v1": ["a/web", "b/web"], "Deployment.apps/apps/v1": ["web"] });
});
