/** All commands, by name. Their order is that of the capabilities. */
import { byNumber, type Command, type CommandTable } from "./command.ts";
import { append } from "./commands/append.ts";
import { authenticate } from "./commands/authenticate.ts";
import { cancelUpdate } from "./commands/cancelupdate.ts";
import { capability } from "./commands/capability.ts";
import { close, unselect } from "./commands/close.ts";
import { create } from "./commands/create.ts";
import { deleteMailbox } from "./commands/delete.ts";
import { getAcl } from "./commands/getacl.ts";
import { getMetadata } from "./commands/getmetadata.ts";
import { getQuota } from "./commands/getquota.ts";
import { getQuotaRoot } from "./commands/getquotaroot.ts";
import { enable } from "./commands/enable.ts";
import { multisearch } from "./commands/esearch.ts";
import { expunge, uidExpunge } from "./commands/expunge.ts";
import { compress } from "./commands/compress.ts";
import { copyByNumber, copyByUid, moveByNumber, moveByUid } from "./commands/copy.ts";
import { fetchByNumber, fetchByUid } from "./commands/fetch.ts";
import { genUrlAuth } from "./commands/genurlauth.ts";
import { id } from "./commands/id.ts";
import { idle } from "./commands/idle.ts";
import { language } from "./commands/language.ts";
import { list } from "./commands/list.ts";
import { listRights } from "./commands/listrights.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { lsub } from "./commands/lsub.ts";
import { myRights } from "./commands/myrights.ts";
import { namespace } from "./commands/namespace.ts";
import { check, noop } from "./commands/noop.ts";
import { notify } from "./commands/notify.ts";
import { rename } from "./commands/rename.ts";
import { replaceByNumber, replaceByUid } from "./commands/replace.ts";
import { resetKey } from "./commands/resetkey.ts";
import { searchByNumber, searchByUid } from "./commands/search.ts";
import { examine, select } from "./commands/select.ts";
import { deleteAcl, setAcl } from "./commands/setacl.ts";
import { setMetadata } from "./commands/setmetadata.ts";
import { setQuota } from "./commands/setquota.ts";
import { storeByNumber, storeByUid } from "./commands/store.ts";
import { sortByNumber, sortByUid } from "./commands/sort.ts";
import { starttls } from "./commands/starttls.ts";
import { status } from "./commands/status.ts";
import { subscribe, unsubscribe } from "./commands/subscribe.ts";
import { threadByNumber, threadByUid } from "./commands/thread.ts";
import { unauthenticate } from "./commands/unauthenticate.ts";
import { urlFetch } from "./commands/urlfetch.ts";

/** RFC 9051 §6, and the extensions. */
export const commands: CommandTable = new Map<string, Command>([
  // Any state.
  ["CAPABILITY", capability],
  ["NOOP", noop],
  ["LOGOUT", logout],
  ["ID", id],
  ["LANGUAGE", language],
  // Not authenticated.
  ["STARTTLS", starttls],
  ["AUTHENTICATE", authenticate],
  ["LOGIN", login],
  // Authenticated.
  ["ENABLE", enable],
  ["COMPRESS", compress],
  ["UNAUTHENTICATE", unauthenticate],
  ["APPEND", append],
  ["IDLE", idle],
  ["SELECT", select],
  ["EXAMINE", examine],
  ["CREATE", create],
  ["DELETE", deleteMailbox],
  ["RENAME", rename],
  ["SUBSCRIBE", subscribe],
  ["UNSUBSCRIBE", unsubscribe],
  ["LIST", list],
  ["LSUB", lsub],
  ["NAMESPACE", namespace],
  ["STATUS", status],
  ["ESEARCH", multisearch],
  ["SETACL", setAcl],
  ["DELETEACL", deleteAcl],
  ["GETACL", getAcl],
  ["LISTRIGHTS", listRights],
  ["MYRIGHTS", myRights],
  ["GETMETADATA", getMetadata],
  ["SETMETADATA", setMetadata],
  ["GETQUOTA", getQuota],
  ["GETQUOTAROOT", getQuotaRoot],
  ["SETQUOTA", setQuota],
  ["NOTIFY", notify],
  ["GENURLAUTH", genUrlAuth],
  ["RESETKEY", resetKey],
  ["URLFETCH", urlFetch],
  // Selected.
  ["CLOSE", close],
  ["UNSELECT", unselect],
  ["CHECK", check],
  ["EXPUNGE", expunge],
  ["UID EXPUNGE", uidExpunge],
  ["SEARCH", byNumber(searchByNumber)],
  ["UID SEARCH", searchByUid],
  ["SORT", byNumber(sortByNumber)],
  ["UID SORT", sortByUid],
  ["THREAD", byNumber(threadByNumber)],
  ["UID THREAD", threadByUid],
  ["CANCELUPDATE", cancelUpdate],
  ["FETCH", byNumber(fetchByNumber)],
  ["UID FETCH", fetchByUid],
  ["STORE", byNumber(storeByNumber)],
  ["UID STORE", storeByUid],
  ["REPLACE", byNumber(replaceByNumber)],
  ["UID REPLACE", replaceByUid],
  ["COPY", byNumber(copyByNumber)],
  ["UID COPY", copyByUid],
  ["MOVE", byNumber(moveByNumber)],
  ["UID MOVE", moveByUid],
]);
