/** `check`: everything that can be known of a configuration without setting anything up. */
import { loadConfig } from "../config/load_config.ts";
import { ConfigurationError } from "../server/configuration_error.ts";
import { withPlugins } from "../server/load_server.ts";
import { readCertificate } from "../server/tls/certificate.ts";
import { type Command, configOption, type ExitCode, jsonOption } from "./command.ts";

/** The command. */
export const check: Command = {
  name: "check",
  summary: "check a configuration and show all its problems",
  options: [configOption, jsonOption],
  async run(given): Promise<ExitCode> {
    const file = given.value("config");
    const loaded = await loadConfig(file);
    const problems = [
      ...await problemsOf(withPlugins(loaded, { asks: true })),
      ...loaded.ok ? await problemsOf(readCertificate(loaded.config)) : [],
    ];
    if (given.has("json")) console.log(JSON.stringify({ ok: problems.length === 0, problems }));
    else if (problems.length === 0) console.log(`${file} can be served`);
    else for (const problem of problems) console.error(problem);
    return problems.length === 0 ? 0 : 2;
  },
};

async function problemsOf(checking: Promise<unknown>): Promise<readonly string[]> {
  try {
    await checking;
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
