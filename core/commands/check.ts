/** `check`: everything that can be known of a configuration without setting anything up. */
import { loadConfig } from "../config/load_config.ts";
import type { ServerConfig } from "../config/server_config.ts";
import { ConfigurationError } from "../server/configuration_error.ts";
import { withPlugins } from "../server/load_server.ts";
import { readCertificate } from "../server/tls/certificate.ts";
import { validityWarning } from "../server/tls/certificate_validity.ts";
import { type Command, configOption, type ExitCode, jsonOption } from "./command.ts";

/** The command. */
export const check: Command = {
  name: "check",
  summary: "check a configuration and show all its problems",
  options: [configOption, jsonOption],
  async run(given): Promise<ExitCode> {
    const file = given.value("config");
    const loaded = await loadConfig(file);
    const plugins = await found(withPlugins(loaded, { asks: true }).then(() => []));
    const certificate = loaded.ok ? await found(certificateWarnings(loaded.config)) : { problems: [], warnings: [] };
    const problems = [...plugins.problems, ...certificate.problems];
    const { warnings } = certificate;
    if (given.has("json")) {
      console.log(JSON.stringify({ ok: problems.length === 0, problems, ...warnings.length > 0 && { warnings } }));
    } else {
      for (const line of [...problems, ...warnings]) console.error(line);
      if (problems.length === 0) console.log(`${file} can be served`);
    }
    return problems.length === 0 ? 0 : 2;
  },
};

interface Found {
  /** Why it cannot be served. */
  readonly problems: readonly string[];
  /** What the server would put into its log, and serve. */
  readonly warnings: readonly string[];
}

async function found(checking: Promise<readonly string[]>): Promise<Found> {
  try {
    return { problems: [], warnings: await checking };
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems, warnings: [] };
    throw error;
  }
}

async function certificateWarnings(config: ServerConfig): Promise<string[]> {
  const certificate = await readCertificate(config);
  const warning = certificate && validityWarning(certificate, new Date());
  if (warning === undefined) return [];
  return [`${config.source.file}  tls.certificate: ${config.tls?.certificate} ${warning.message}`];
}
