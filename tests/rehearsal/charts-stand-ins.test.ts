import { parse } from "yaml";
import { pins } from "../../rehearsal/charts/pins.ts";
import { parseSource, readStandIn, stageFiles, standInNames } from "../../rehearsal/charts/stand-in.ts";

describe("a stand-in", () => {
  const names: readonly string[] = Object.values(pins).map(({ name }) => name);

  test("is there for every chart the program pins, in a folder of the chart's name", async () => {
    const there = await standInNames();
    expect(names.filter((name) => !there.includes(name)).map(folderOf)).toEqual([]);
  });

  test("is there for no other chart", async () => {
    expect((await standInNames()).filter((name) => !names.includes(name)).map(folderOf)).toEqual([]);
  });

  test.each(Object.values(pins))("of $name was written for the pinned version", async (pin) => {
    const { files } = await readStandIn(pin);
    expect(parse(files.get("Chart.yaml") ?? "")).toMatchObject({ name: pin.name, version: pin.version });
  });

  test("that is missing is asked for by the name of its folder", async () => {
    const absent = { name: "absent", source: "https://example.com", version: "1.0.0" };
    await expect(readStandIn(absent)).rejects.toThrow(`Add the folder ${folderOf("absent")}`);
  });

  test("that describes its definitions wrongly is told the file and every fault", () => {
    expect(() =>
      parseSource("example", "module: example.com/crds\nfolder: crds\ninto: somewhere\nfiles: all\n"),
    ).toThrow(
      "rehearsal/charts/stand-ins/example/definitions.yaml: version is missing; files is unknown; " +
        "the keys are module, version, folder, into and prefix; into must be one of crds, charts/crds/crds, definitions.",
    );
  });

  test("keeps what is not part of the chart out of it", async () => {
    const { files, definitions } = await readStandIn(pins.certManager);
    expect([...files.keys()]).toEqual(expect.not.arrayContaining(["definitions.yaml", "stages.yaml"]));
    expect(definitions?.module).toBe("github.com/cert-manager/cert-manager");
  });

  test("may bring stages for the custom resources of its chart", async () => {
    const there = (await stageFiles()).map((file) => file.split("/").slice(-2).join("/"));
    expect(there).toContain("cert-manager/stages.yaml");
    expect(there).not.toContain("traefik/stages.yaml");
  });
});

function folderOf(name: string): string {
  return `rehearsal/charts/stand-ins/${name}/`;
}
