/** MYRIGHTS and LISTRIGHTS (RFC 2244 §6.7.3, §6.7.5). */
import { type Command, command } from "../command.ts";
import { verdictOf } from "../datasets/acl.ts";
import { allRights } from "../datasets/rules.ts";
import { Tree } from "../datasets/tree.ts";
import { expectAclObject, expectIdentifier } from "../grammar/acl_arguments.ts";
import { printName } from "../printing/strings.ts";
import { noPermission, ok } from "../replies.ts";

/** MYRIGHTS: what the user may do. */
export const myRights: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const object = expectAclObject(scanner);
    scanner.expectEnd();
    return object;
  },
  async run(session, { user }, object) {
    const { verdict } = await verdictOf(new Tree(session.service, user), object);
    session.intermediate(`MYRIGHTS ${printName(verdict.rights)}`);
    return { reply: ok("Those are your rights") };
  },
});

/** LISTRIGHTS: what the user may let others do. */
export const listRights: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const object = expectAclObject(scanner);
    scanner.expectSpace();
    const identifier = expectIdentifier(scanner);
    scanner.expectEnd();
    return { object, identifier };
  },
  async run(session, { user }, { object, identifier }) {
    const { verdict, rules } = await verdictOf(new Tree(session.service, user), object);
    // RFC 2244 §6.7.5: what the current user may grant, which is for those who may administer.
    if (!verdict.rights.includes("a")) throw noPermission(verdict.object);
    const always = rules.alwaysOf(identifier);
    const others = [...allRights].filter((right) => !always.includes(right));
    session.intermediate(["LISTRIGHTS", ...[always, ...others].map(printName)].join(" "));
    return { reply: ok("Those are the rights") };
  },
});
