import { packagesIn } from "../../rehearsal/tools/debian.ts";

test("packages are read from what apt prints, with their exact versions", () => {
  const printed = [
    "Reading package lists...",
    "Need to get 1351 kB of archives.",
    "'http://deb.example/liblzf1_3.6-3_amd64.deb' liblzf1_3.6-3_amd64.deb 10192 MD5Sum:698d88",
    "'http://deb.example/redis-tools_7.0.15-1%7edeb12u10_amd64.deb' redis-tools_5%3a7.0.15-1~deb12u10_amd64.deb 991988 ",
  ].join("\n");
  expect(packagesIn(printed)).toEqual(["liblzf1=3.6-3", "redis-tools=5:7.0.15-1~deb12u10"]);
});

test("nothing to fetch is an empty list", () => {
  expect(packagesIn("0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.\n")).toEqual([]);
});
