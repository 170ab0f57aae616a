/** `plugin new`: a plugin and its test, to begin with. */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { builtInPlugins } from "../plugins/builtin.ts";
import { messageOf } from "../wire/error_message.ts";
import { type Command, CommandError, UsageError } from "./command.ts";
import type { PluginTemplate } from "./plugin_templates/template.ts";
import { templates } from "./plugin_templates/templates.ts";

/** The command. */
export const pluginNew: Command = {
  name: "plugin new",
  summary: "write a small plugin with a test that passes",
  operands: [{ name: "KIND", count: "one" }, { name: "NAME", count: "one" }],
  options: [{ name: "folder", value: "DIR", summary: "where to", fallback: "." }],
  async run(given) {
    const [kind, name] = [given.operand("KIND"), given.operand("NAME")];
    const template = templateOf(kind);
    // The same grammar as in mail.yaml, so that it can be told from a path.
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
      throw new UsageError(`${name} is no name for a plugin; expected small letters, digits and -, such as my-${kind}`);
    }
    if (isBuiltIn(kind, name)) {
      throw new UsageError(`${name} is the name of a built-in ${kind} plugin; choose another one`);
    }
    const folder = given.value("folder"), stem = name.replaceAll("-", "_");
    const files = { plugin: `${folder}/${stem}.ts`, test: `${folder}/${stem}_test.ts` };
    await make(folder);
    await write(files.plugin, template.plugin(name));
    await write(files.test, template.test(name, `${stem}.ts`));
    console.log(`${files.plugin}\n${files.test}`);
    console.error(nextSteps(template, files, await configurationNear(folder)));
    return 0;
  },
};

function templateOf(kind: string): PluginTemplate {
  const found = Object.entries(templates).find(([name]) => name === kind);
  if (found === undefined) {
    throw new UsageError(`${kind} is no kind of plugin; expected one of ${Object.keys(templates).join(", ")}`);
  }
  return found[1];
}

/** The server would refuse it. */
function isBuiltIn(kind: string, name: string): boolean {
  return Object.entries(builtInPlugins).some(([known, named]) => known === kind && Object.hasOwn(named, name));
}

/** @throws CommandError. */
async function make(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new CommandError(`${folder} cannot be made: ${messageOf(error)}; choose another folder`, { cause: error });
  }
}

/** @throws CommandError: what is there already may be somebody's work. */
async function write(file: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(file, text, { createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new CommandError(`${file} is there already; choose another name, or move it away`);
    }
    throw error;
  }
}

/** The `mail.yaml` of that folder or of the one that it is in; undefined where neither has one, or it cannot be seen. */
async function configurationNear(folder: string): Promise<string | undefined> {
  for (const place of [folder, `${folder}/..`]) {
    const file = join(place, "mail.yaml");
    try {
      if ((await Deno.stat(file)).isFile) return file;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    }
  }
  return undefined;
}

function nextSteps(
  template: PluginTemplate,
  files: { readonly plugin: string; readonly test: string },
  configuration: string | undefined,
): string {
  const path = configuration === undefined
    ? `./${files.plugin.split("/").at(-1)}`
    : `./${relative(dirname(configuration), files.plugin)}`;
  return [
    "",
    "Test it:",
    `  ${testCommand(files.test)}`,
    configuration === undefined ? "Use it, by a path relative to mail.yaml:" : `Use it, in ${configuration}:`,
    ...template.use(path).split("\n").map((line) => `  ${line}`),
    "docs/plugins.md says what it may do.",
  ].join("\n");
}

/** The package's own settings say what "@quetzal/server" is; elsewhere it has to be added first. */
function testCommand(test: string): string {
  const isInTree = Deno.mainModule.startsWith("file:") && !Deno.build.standalone;
  if (!isInTree) return `deno add jsr:@quetzal/server jsr:@std/assert && deno test -A ${test}`;
  const settings = relative(".", fileURLToPath(new URL("deno.json", Deno.mainModule)));
  return `deno test -A${settings === "deno.json" ? "" : ` --config ${settings}`} ${test}`;
}
