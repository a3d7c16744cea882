import { resourceRule, violation } from "../rule";

const EXACT = /^v?\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;

export const chartsHaveExactVersions = resourceRule({
  name: "charts-have-exact-versions",
  why: "A range or no version installs whatever is newest that day, so two runs of one commit differ.",
  fix: "pin the chart to one version, as in 1.2.3",
  check: (object) =>
    object.is("helm.sh", "Release", "Chart") && !EXACT.test(object.at("version").text ?? "")
      ? [violation(object.at("version"), "one exact version")]
      : [],
});
