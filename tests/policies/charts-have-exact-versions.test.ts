import { chartsHaveExactVersions } from "../../policies/rules/charts-have-exact-versions";
import { deployment, object, release } from "./builders";
import { describeRule } from "./judge";

describeRule(chartsHaveExactVersions, {
  passes: {
    "an exact version": release(),
    "a leading v": release({ version: "v1.21.1" }),
    "a pre-release": release({ version: "1.31.0-rc.0" }),
    "build metadata": release({ version: "1.31.0+build.5" }),
    "the version of a Chart": object("helm.sh/v4:Chart", { version: "1.2.3" }),
    "objects that are no charts": deployment({ version: "latest" }),
  },
  refuses: {
    "no version": [release({ version: undefined }), "version is absent, must be one exact version"],
    "a caret range": [release({ version: "^1.2.3" }), 'version is "^1.2.3", must be one exact version'],
    "two bounds": [release({ version: ">=1.2.3 <2.0.0" }), 'version is ">=1.2.3 <2.0.0", must be one exact version'],
    "a wildcard": [release({ version: "1.2.x" }), 'version is "1.2.x", must be one exact version'],
    "a partial version": [release({ version: "1.2" }), 'version is "1.2", must be one exact version'],
    "a Chart without a version": [object("helm.sh/v4:Chart", {}), "version is absent, must be one exact version"],
  },
});
