/**
 * KPOP between fetchmail 6.4.37 and MIT's krb5_recvauth (libkrb5 1.20.1), as it went over the wire, with the key that opens
 * it. The realm and its keys were made for this and thrown away.
 */
import { decodeHex } from "../../../support/hex.ts";
import type { Key } from "../../../support/keytab.ts";

/** When it was: tickets are good for a day, authenticators for minutes. */
export const capturedAt = new Date("2026-11-23T07:19:47Z");

/** Of the service. */
export const capturedKey: Key = {
  components: ["pop", "localhost"],
  realm: "EXAMPLE.TEST",
  enctype: 18,
  version: 1,
  key: "6e2efd14c402301add1dfec3975b38cd8d4cccf16d23340190fc43508cd055de",
};

/** What the client sent first: both versions. */
export const capturedVersions: Uint8Array = decodeHex(
  "000000134b5242355f53454e44415554485f56312e3000000000094b504f5056312e3000",
);

/** What it sent next: the AP-REQ of alice@EXAMPLE.TEST after its length. */
export const capturedRequest: Uint8Array = decodeHex(`
    0000025d6e82025930820255a003020105a10302010ea20703050020000000a38201ce618201ca308201c6a003020105a10e1b0c4558414d
    504c452e54455354a21b3019a003020100a11230101b03706f701b096c6f63616c686f7374a38201903082018ca003020112a103020101a2
    82017e0482017a5c909cb19eddc3aa749409c96dfde5d5190a7d2a772aa2b72a03ac369e3ed3df8cf090eb73996dbc887605852844b52062
    e32f132c7c7eed185932771017814af64129b565d37e5662a3b17107ab30e6959b7de9d936990a253023c9f28c04051bfecebb73dcc76cec
    fdf74520b5220e5abef9de493b198b4c502f6c4b37d3264193dbcf858c0d7bbeb52d10f0b4eec6d4f0bc70c877f994621370e182b2f1130a
    ce8312748e7bbf31dbf133082ca1e8a83bf1b27ac000c668a9a21bb37e530885fff86d01cf5e8c18a333511a5c876644f9fccfb7c725e26d
    83563fc655cc22183ffa4b33c43f4d8dc7e58c7dcabf17994940637283eeca8c87defebb50ffd8bdbe3a4d3a7f2d10354c0e6865b51ae034
    e3c7924020af234f7b1744a7c0507737837656e2e9a5f6ab793102ac468e046acc0993e648d76f56f80182bb4121028785dfbafe7c028e28
    cd0bd3ebf80e3d7a0f96a9d77c85e085dcbcd7232cbd0c3a0f999f38e79eceddad4dc60515a32aa3484cdfa8acfff32b66a46e306ca00302
    0112a2650463eb22ba0e025011f379a69cd48b064d3e3c683e214ce4f45e14722b4b0b88c0599f3e53087874c1d0ccf0f9f6b5222b3c58b4
    03c8129e6a5a32394a42ea27fdb61243f4b0d69bf86259f2fd521c54bfff1b9edaa3f3369206ff8a0fb6181b82b22f7b0d
  `);

/** What the server answered to it: no error, the AP-REP after its length, the greeting. */
export const capturedReply: Uint8Array = decodeHex(`
    00000000000000556f533051a003020105a10302010fa2453043a003020112a23c043adb81a608c4523bd6a59b46a68b438d69312a82d5c1
    bb9f16a728be2bea0507aeb2c449b28ae301cd1635160b24b5c16f5f8838cd6b3d76998f732b4f4b20706f70332e64656d6f6e2e74657374
    20504f50332072656164790d0a
  `);
