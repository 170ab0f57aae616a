/** Tells the operator which configured mechanisms can never work, and why. */
import { placeOf } from "../config/explain_issues.ts";
import type { ServerConfig } from "../config/server_config.ts";
import type { AuthMechanism } from "../contract/authentication.ts";
import type { Directory } from "../contract/directory.ts";
import { isServed } from "../sasl/offers.ts";
import type { PlacedMechanism } from "./foundation.ts";

/** What of the configuration decides. */
export type UnservedConfig = {
  readonly directory: Pick<ServerConfig["directory"], "use">;
  readonly tls?: Pick<NonNullable<ServerConfig["tls"]>, "clientAuthorities"> | undefined;
  readonly source: Pick<ServerConfig["source"], "file">;
};

/** Lines such as `mail.yaml  auth[1]: cram-md5 needs stored passwords, but directory "x" keeps …`. */
export function explainUnserved(
  mechanisms: readonly PlacedMechanism[],
  directory: Pick<Directory, "canCheckPassword" | "secretSchemes">,
  { directory: { use: directoryName }, tls, source: { file } }: UnservedConfig,
): string[] {
  return mechanisms.flatMap(({ mechanism, use, at }) => {
    const begin = `${file}  ${placeOf(at)}: ${use} needs`;
    if (mechanism.needs === "client-certificate" && tls?.clientAuthorities === undefined) {
      return `${begin} client certificates, and tls.client_ca is missing; it is never offered: name a file there, or remove ${use}`;
    }
    if (isServed(mechanism, directory)) return [];
    return `${begin} ${needOf(mechanism)}, but directory "${directoryName}" ${
      keeps(directory)
    }; it is never offered: ` +
      `remove ${use}, or change the directory`;
  });
}

function needOf({ needs }: AuthMechanism): string {
  if (needs === "password-check") return "a check of passwords";
  return needs === "plain" ? "stored passwords" : `stored ${needs} secrets`;
}

function keeps({ canCheckPassword, secretSchemes }: Pick<Directory, "canCheckPassword" | "secretSchemes">): string {
  const schemes = [...secretSchemes].map((scheme) => scheme === "plain" ? "passwords" : `${scheme} secrets`);
  if (schemes.length > 0) return `keeps only ${schemes.join(", ")}`;
  return canCheckPassword ? "only checks passwords" : "keeps none and checks none";
}
