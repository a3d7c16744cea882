import { revealAll, textOf } from "../../../rehearsal/plugins/protocol/index.ts";
import { tls } from "../../../rehearsal/plugins/tls/provider.ts";
import { engine, type State } from "../engine.ts";

const keys = engine(tls, "tls:index/privateKey:PrivateKey");
const certificates = engine(tls, "tls:index/selfSignedCert:SelfSignedCert");
const HOUR = 3_600_000;

let privateKeyPem: string;
beforeAll(async () => {
  const key = await keys.create({ algorithm: "ED25519" });
  privateKeyPem = textOf(revealAll(key.outputs), "privateKeyPem");
});

const inputs = (validity: object) => ({ privateKeyPem, allowedUses: ["server_auth"], ...validity });
const created = (validity: object): Promise<State> => certificates.create(inputs(validity));
const passes = (hours: number) => {
  jest.setSystemTime(Date.now() + hours * HOUR);
};

beforeEach(() => jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] }));
afterEach(() => jest.useRealTimers());

test("10.9 a certificate is left alone until its renewal is due, and is then replaced by an unchanged program", async () => {
  const validity = { validityPeriodHours: 100, earlyRenewalHours: 10 };
  const state = await created(validity);
  passes(89);
  expect(await certificates.diff(state, inputs(validity))).toBe("same");
  passes(1);
  expect(await certificates.diff(state, inputs(validity))).toBe("replace readyForRenewal");
});

test("10.9 a refresh says when the renewal is due", async () => {
  const state = await created({ validityPeriodHours: 100 });
  expect(state.outputs["readyForRenewal"]).toBe(false);
  expect((await certificates.refresh(state))?.outputs["readyForRenewal"]).toBe(false);
  passes(100);
  expect((await certificates.refresh(state))?.outputs["readyForRenewal"]).toBe(true);
});

test.each([{ validityPeriodHours: 0 }, { validityPeriodHours: 10, earlyRenewalHours: 10 }])(
  "10.9 a certificate with %j is due from birth",
  async (validity) => {
    expect((await created(validity)).outputs["readyForRenewal"]).toBe(true);
  },
);

test("10.9 a change of earlyRenewalHours alone is an update that keeps the certificate", async () => {
  const state = await created({ validityPeriodHours: 100 });
  const changed = inputs({ validityPeriodHours: 100, earlyRenewalHours: 20 });
  expect(await certificates.diff(state, changed)).toBe("update earlyRenewalHours");
  const updated = await certificates.update(state, changed);
  expect(updated.outputs).toMatchObject({ earlyRenewalHours: 20, certPem: state.outputs["certPem"] });
  passes(81);
  expect(await certificates.diff(updated, changed)).toBe("replace readyForRenewal");
});

test("10.9 any other input replaces", async () => {
  const state = await created({ validityPeriodHours: 100 });
  expect(await certificates.diff(state, inputs({ validityPeriodHours: 200 }))).toBe("replace validityPeriodHours");
  expect(await certificates.diff(state, inputs({ validityPeriodHours: 100, dnsNames: ["a"] }))).toBe(
    "replace dnsNames",
  );
});
