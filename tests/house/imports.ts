/** What a TypeScript file imports, read from its text, and which of it the house allows (the table of directions). */

/** One import: what the file says, and where that is in the project when it is ours. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** From the project folder; undefined for packages and built-in modules. */
  readonly path: string | undefined;
}

/** Static and dynamic imports, re-exports, and workers named by `new URL("…", import.meta.url)`. */
export function importsOf(file: string, text: string): Import[] {
  const patterns = [
    /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /\bimport\(\s*["']([^"']+)["']/g,
    /\bnew URL\(\s*["']([^"']+)["'],\s*import\.meta\.url/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)]).flatMap(([, specifier = ""]) => {
    const isOurs = /^\.{0,2}\//.test(specifier);
    return { specifier, path: isOurs ? new URL(specifier, `file:///${file}`).pathname.slice(1) : undefined };
  });
}

/** Why the file must not import this; undefined when it may. */
export function forbidden(file: string, { specifier, path }: Import): string | undefined {
  const rule = directions.find(({ of }) => of.test(file));
  if (rule === undefined) return undefined;
  if (path === undefined) return rule.packages.test(specifier) ? undefined : `${rule.name} must not use ${specifier}`;
  const home = rule.of.exec(file)?.[1];
  const isHome = home !== undefined && (path === home || path.startsWith(`${home}/`) || path === `${home}.ts`);
  return isHome || rule.may.test(path) ? undefined : `${rule.name} must not import ${path}`;
}

/** A direction: for files `of` a part, its home folder captured, which other files and packages it may import. */
interface Direction {
  readonly name: string;
  readonly of: RegExp;
  readonly may: RegExp;
  readonly packages: RegExp;
}

const nothing = /(?!)/;
const anything = /^/;
/** What plugins and storage backends may use of the core. */
const tools = /^core\/(contract|wire|message|mailboxes|sasl|options|kerberos)\//;
/** Anything but `@std/*`: logs go through the contract, files through nobody else. */
const packages = /^(?!@std\/)/;

/** First match decides. Design section 2. */
const directions: readonly Direction[] = [
  { name: "core/contract", of: /^(core\/contract)\//, may: nothing, packages: nothing },
  // SDPS and KPOP are POP3 with something added: protocols may use each other.
  { name: "a protocol", of: /^(plugins\/protocols)\//, may: tools, packages },
  { name: "a plugin", of: /^(plugins\/[^/]+\/[^/]+?)(?:\.ts$|\/)/, may: tools, packages },
  // What all storages must do alike they have in common.
  {
    name: "a storage",
    of: /^(storage\/[^/]+)\//,
    may: /^(?:core\/(?:contract|wire|message|mailboxes|sasl|options)|storage\/common)\//,
    packages,
  },
  { name: "the plugin table", of: /^(core)\/plugins\/builtin\.ts$/, may: /^(plugins|storage)\//, packages: anything },
  // What plugins import must not bring the server with it.
  {
    name: "a tool of plugins",
    of: /^(core\/(?:wire|message|mailboxes|sasl|options|kerberos))\//,
    may: tools,
    packages,
  },
  { name: "core", of: /^(core)\//, may: nothing, packages: anything },
  { name: "main.ts", of: /^(main\.ts)$/, may: /^(core\/|deno\.json$)/, packages: anything },
];
