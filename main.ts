/** Quetzal, a mail server: the command line. `main.ts help` says what there is. */
import { runCommandLine } from "./core/commands/run_command_line.ts";
import project from "./deno.json" with { type: "json" };

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args, project.version));
