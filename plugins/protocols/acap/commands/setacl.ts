/** SETACL and DELETEACL (RFC 2244 §6.7.1, §6.7.2). */
import { type Command, command } from "../command.ts";
import { currentAcl, replaceAcl } from "../datasets/acl.ts";
import { readAclItem } from "../datasets/rules.ts";
import { changeTree } from "../datasets/store.ts";
import { expectAclObject, expectIdentifier, expectRights } from "../grammar/acl_arguments.ts";
import { octetsOf } from "../octets.ts";
import { bad, ok } from "../replies.ts";

/** SETACL: an identifier gets these rights, whatever it had. */
export const setAcl: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const object = expectAclObject(scanner);
    scanner.expectSpace();
    const identifier = expectIdentifier(scanner);
    scanner.expectSpace();
    const rights = expectRights(scanner);
    scanner.expectEnd();
    return { object, identifier, rights };
  },
  async run(session, { user }, { object, identifier, rights }) {
    await changeTree(session.service, user, async (tree) => {
      const others = (await currentAcl(tree, object) ?? []).filter((item) =>
        readAclItem(item).identifier !== identifier
      );
      await replaceAcl(tree, object, [...others, octetsOf(`${identifier}\t${rights}`)]);
    });
    session.contexts.touch();
    return { reply: ok("The rights are set") };
  },
});

/** DELETEACL: an identifier, or the whole list, goes. */
export const deleteAcl: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const object = expectAclObject(scanner);
    const identifier = scanner.acceptSpace() ? expectIdentifier(scanner) : undefined;
    scanner.expectEnd();
    return { object, identifier };
  },
  async run(session, { user }, { object, identifier }) {
    // RFC 2244 §6.7.2: BAD, for the default ACL of a dataset must exist.
    if (identifier === undefined && object.attribute === undefined) {
      return { reply: bad("The access control list of a dataset cannot be deleted") };
    }
    await changeTree(session.service, user, async (tree) => {
      const acl = await currentAcl(tree, object);
      const others = acl?.filter((item) => readAclItem(item).identifier !== identifier);
      await replaceAcl(tree, object, identifier === undefined ? undefined : others);
    });
    session.contexts.touch();
    return { reply: ok("The rights are deleted") };
  },
});
