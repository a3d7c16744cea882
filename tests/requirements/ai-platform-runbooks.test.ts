import { code, page } from "../docs/runbooks";

/** The part of a page between a word in bold at the start of a line and the next one. */
function section(name: string, cause: string): string {
  const [found] = page(name).match(new RegExp(`^\\*\\*${cause}\\*\\*[^]*?(?=^\\*\\*|^## )`, "m")) ?? [];
  if (found === undefined) throw new Error(`The page ${name} has no part "${cause}".`);
  return found;
}

test("B88 the runbook of a pod that does not start checks image name, secrets and volumes", () => {
  const name = "pod-does-not-start";
  expect(section(name, "The image")).toMatch(/ImagePullBackOff[^]*jsonpath='\{\.spec\.containers\[\*\]\.image\}'/);
  expect(section(name, "A secret")).toMatch(/CreateContainerConfigError[^]*kubectl -n <namespace> get secrets/);
  expect(section(name, "A volume")).toMatch(/FailedMount[^]*kubectl -n <namespace> get persistentvolumeclaims/);
});

test("B89 the runbook of a service that is not reachable checks selector labels and ports", () => {
  const name = "service-not-reachable";
  expect(section(name, "No endpoints")).toMatch(/jsonpath='\{\.spec\.selector\}'[^]*--show-labels/);
  expect(section(name, "Refused")).toMatch(/jsonpath='\{\.spec\.ports\}'[^]*containerPort/);
});

test("B90 the runbook of a failing health check checks probe path and initial delay", () => {
  const name = "health-check-fails";
  expect(code(name, "sh").join("\n")).toMatch(/readinessProbe\}'[^]*livenessProbe\}'/);
  expect(section(name, "The path")).toContain("correct `probes` in the stack file");
  expect(section(name, "The delay")).toContain("initialDelaySeconds");
});

test("B91 the runbook of no external access checks DNS and the ingress controller", () => {
  const name = "no-external-access";
  expect(code(name, "sh")).toEqual(expect.arrayContaining(["kubectl -n traefik get pods", "dig +short <host>"]));
  expect(section(name, "DNS")).toContain("`EXTERNAL-IP` of the Service `traefik`");
  expect(section(name, "The controller")).toContain("kubectl -n traefik describe service traefik");
});
