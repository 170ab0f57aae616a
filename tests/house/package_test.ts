/** The package as others import it: what it exports is there and documented, and the examples in its docs run. */
import { assert } from "@std/assert";
import settings from "../../deno.json" with { type: "json" };
import { projectFolder } from "./project_files.ts";

const entries = Object.values(settings.exports);

async function deno(...words: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, ...entries],
    cwd: projectFolder,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}

Deno.test("house: everything that the package exports is documented, and refers to nothing that it does not export", async () => {
  await deno("doc", "--lint");
});

Deno.test("house: the examples in the package's docs run", async () => {
  // The types of what they import are checked where that is; what an example does not use is no mistake in it.
  await deno("test", "-P=test", "--doc", "--no-check");
});
