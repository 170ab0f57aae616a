/** Tells the operator which configured mechanisms can never work, and why. */
import { placeOf } from "../config/explain_issues.ts";
import type { ConfigSource } from "../config/server_config.ts";
import type { AuthMechanism } from "../contract/authentication.ts";
import type { Directory } from "../contract/directory.ts";
import { isServed } from "../sasl/offers.ts";
import type { PlacedMechanism } from "./foundation.ts";

/** Lines such as `mail.yaml  auth[1]: cram-md5 needs stored passwords, but directory "x" keeps …`. */
export function explainUnserved(
  mechanisms: readonly PlacedMechanism[],
  directory: Pick<Directory, "canCheckPassword" | "secretSchemes">,
  directoryName: string,
  { file }: Pick<ConfigSource, "file">,
): string[] {
  return mechanisms.filter(({ mechanism }) => !isServed(mechanism, directory)).map(({ mechanism, use, at }) =>
    `${file}  ${placeOf(at)}: ${use} needs ${needOf(mechanism)}, but directory "${directoryName}" ` +
    `${keeps(directory)}; it is never offered: remove ${use}, or change the directory`
  );
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
