/** A self-signed certificate for tests and benches, in files of its own. */
import { selfSigned, writeCertificate } from "../../core/commands/self_signed.ts";

/** Where it lies. Disposing of it removes both files. */
export interface CertificateFiles extends AsyncDisposable {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

/** Makes one for this machine's own names. */
export async function makeCertificate(): Promise<CertificateFiles> {
  const folder = await Deno.makeTempDir({ prefix: "certificate-" });
  await writeCertificate(folder, await selfSigned(["localhost", "127.0.0.1"], new Date()));
  // Peers that run as another user read it too.
  await Deno.chmod(folder, 0o755);
  await Deno.chmod(`${folder}/key.pem`, 0o644);
  return {
    certificate: `${folder}/cert.pem`,
    key: `${folder}/key.pem`,
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
