import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { loadConfigText } from "../../../../core/config/load_config.ts";
import { type Certificate, readCertificate } from "../../../../core/server/tls/certificate.ts";
import { ConfigurationError } from "../../../../core/server/configuration_error.ts";
import { type ClientHome, interopTest } from "../../../interop/client.ts";
import { type Issued, makeAuthority, serverNames } from "../../../support/authority.ts";

const openssl = { name: "openssl", packageName: "openssl" };

/** What becomes of files as the configuration names them. */
async function read(folder: string, files: Readonly<Record<string, string>>, tls?: string): Promise<Certificate> {
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const written = tls ?? "{ certificate: cert.pem, key: key.pem }";
  const text = `hostname: a.example\nprotocols: [{ use: pop3, listen: ["127.0.0.1:0 tls"] }]\ntls: ${written}\n`;
  const loaded = loadConfigText(text, `${folder}/mail.yaml`);
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  const certificate = await readCertificate(loaded.config);
  if (certificate === undefined) throw new Error("there is TLS in the configuration");
  return certificate;
}

/** What the operator is told. */
async function problems(folder: string, files: Readonly<Record<string, string>>, tls?: string): Promise<string[]> {
  const error = await assertRejects(() => read(folder, files, tls), ConfigurationError);
  return error.problems.map((problem) => problem.replaceAll(`${folder}/`, ""));
}

function withFolder(name: string, test: (folder: string, issued: Issued) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await test(folder, await (await makeAuthority("Test")).issue({ names: serverNames }));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

withFolder(
  "certificate: what is wrong with each file is said at once, with the place in the configuration",
  async (folder, issued) => {
    assertEquals(await problems(folder, {}, "{ certificate: none.pem, key: ., client_ca: none.pem }"), [
      "mail.yaml  tls.certificate: none.pem: there is no such file",
      `mail.yaml  tls.key: ${folder}: is a folder; expected a file such as key.pem`,
      "mail.yaml  tls.client_ca: none.pem: there is no such file",
    ]);
    assertEquals(await problems(folder, { "cert.pem": issued.key, "key.pem": issued.certificate }), [
      'mail.yaml  tls.certificate: cert.pem has no certificate in PEM; expected "-----BEGIN CERTIFICATE-----"',
      'mail.yaml  tls.key: key.pem has no private key in PEM; expected "-----BEGIN PRIVATE KEY-----"',
    ]);
    const broken = (text: string) => text.replace(/\n[^-\n]{8}/, "\nAAAAAAAA");
    const found = await problems(folder, { "cert.pem": broken(issued.certificate), "key.pem": broken(issued.key) });
    assertEquals(found.map((problem) => problem.replace(/(?<=be read): .*/, "")), [
      "mail.yaml  tls.certificate: cert.pem has a certificate that cannot be read",
      "mail.yaml  tls.key: key.pem has a private key that cannot be read",
    ]);
    const binary = await problems(folder, { "cert.pem": "\0\xff", "key.pem": "" });
    assertEquals(binary.length, 2);
  },
);

withFolder("certificate: the key of another certificate is not taken", async (folder, issued) => {
  const other = await (await makeAuthority("Test")).issue({ names: serverNames });
  assertEquals(await problems(folder, { "cert.pem": issued.certificate, "key.pem": other.key }), [
    "mail.yaml  tls.key: key.pem is not the key of the certificate in cert.pem; give the one that it was made with",
  ]);
});

withFolder(
  "certificate: a certificate of the chain, or an authority, that cannot be read is not passed over",
  async (folder, issued) => {
    const chain = `${issued.certificate}-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n`;
    const tls = "{ certificate: cert.pem, key: key.pem, client_ca: clients.pem }";
    const found = await problems(folder, { "cert.pem": chain, "key.pem": issued.key, "clients.pem": chain }, tls);
    assertEquals(found.map((problem) => problem.slice(0, 60)), [
      "mail.yaml  tls.certificate: cert.pem has a certificate that ",
      "mail.yaml  tls.client_ca: clients.pem has a certificate that",
    ]);
  },
);

withFolder("certificate: RFC 7468: both in one file, in any order, among other text", async (folder, issued) => {
  const text = `Subject: us\n${issued.key}\n\r\nbetween\n${issued.certificate}after`;
  const certificate = await read(folder, { "both.pem": text }, "{ certificate: both.pem, key: both.pem }");
  assertEquals([certificate.certificate.trim(), certificate.key.trim()], [
    issued.certificate.trim(),
    issued.key.trim(),
  ]);
  assertMatch(certificate.validTo.toISOString(), /^\d{4}-/);
});

withFolder(
  "certificate: RFC 5929 §4.1: tls-server-end-point is the digest by the signature's hash",
  async (folder, issued) => {
    const { endPoint } = await read(folder, { "cert.pem": issued.certificate, "key.pem": issued.key });
    const der = Uint8Array.fromBase64(issued.certificate.replace(/-----[A-Z ]+-----/g, ""));
    assertEquals(endPoint, new Uint8Array(await crypto.subtle.digest("SHA-256", der)));
  },
);

interopTest(
  "certificate: RFC 5929 §4.1: tls-server-end-point with each hash, as openssl has it",
  [openssl],
  async (home) => {
    const made = [
      ...["sha1", "sha256", "sha384", "sha512"].map((hash) => ({ kind: rsa, hash })),
      ...["sha1", "sha256", "sha384", "sha512"].map((hash) => ({ kind: ec, hash })),
      { kind: ["-algorithm", "ED25519"], hash: undefined },
    ];
    for (const { kind, hash } of made) {
      await make(home, kind, hash);
      const { endPoint } = await read(home.folder, {});
      // MD5 and SHA-1 are replaced by SHA-256; a signature without a hash of its own has no binding.
      const digest = hash === "sha1" ? "sha256" : hash;
      assertEquals(endPoint?.toHex(), digest && await fingerprint(home, digest), `${kind.join(" ")} ${hash}`);
    }
  },
);

interopTest("certificate: keys of each kind are taken, or refused with the reason", [openssl], async (home) => {
  for (
    const kind of [rsa, ec, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], ["-algorithm", "ED25519"]]
  ) {
    await make(home, kind, undefined);
    const { key } = await read(home.folder, {});
    assertMatch(key, /^-----BEGIN PRIVATE KEY-----/);
  }
  for (const kind of [["-algorithm", "ED448"], ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]]) {
    await make(home, kind, undefined);
    const [problem = ""] = await problems(home.folder, {});
    assertMatch(problem, /^mail\.yaml {2}tls\.key: key\.pem is of a kind that cannot be used; expected ECDSA/);
  }
  await make(home, ec, undefined);
  await run(home, ["pkey", "-in", "key.pem", "-aes256", "-passout", "pass:x", "-out", "locked.pem"]);
  const [encrypted = ""] = await problems(home.folder, {}, "{ certificate: cert.pem, key: locked.pem }");
  assertMatch(encrypted, /^mail\.yaml {2}tls\.key: locked\.pem is encrypted, .*openssl pkey/);
  // RFC 5915: what older programs write.
  await run(home, ["ec", "-in", "key.pem", "-out", "old.pem"]);
  assertMatch(
    (await read(home.folder, {}, "{ certificate: cert.pem, key: old.pem }")).key,
    /^-----BEGIN EC PRIVATE KEY/,
  );
});

const rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const ec = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** Makes `cert.pem` and `key.pem`. */
async function make(home: ClientHome, kind: readonly string[], hash: string | undefined): Promise<void> {
  await run(home, ["genpkey", ...kind, "-out", "key.pem"]);
  const digest = hash === undefined ? [] : [`-${hash}`];
  await run(home, ["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=a", "-out", "cert.pem", ...digest]);
}

async function fingerprint(home: ClientHome, hash: string): Promise<string> {
  const said = await run(home, ["x509", "-in", "cert.pem", "-noout", "-fingerprint", `-${hash}`]);
  return said.replace(/^.*=/, "").replaceAll(":", "").trim().toLowerCase();
}

async function run(home: ClientHome, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await home.run(openssl, args);
  assertEquals(code, 0, stderr);
  return stdout;
}
