/** German. */
import type { Language } from "./texts.ts";

const messages = (count: number) => count === 1 ? "1 Nachricht" : `${count} Nachrichten`;

/** German. */
export const german: Language = {
  tag: "de",
  name: "Deutsch",
  texts: {
    ready: "POP3-Server bereit",
    signingOff: (hostname) => `POP3-Server ${hostname} verabschiedet sich`,
    signingOffLeft: (hostname, left) =>
      `POP3-Server ${hostname} verabschiedet sich (${
        left === 0 ? "das Postfach ist leer" : `${messages(left)} übrig`
      })`,
    maildropHas: (count, size) => `das Postfach enthält ${messages(count)} (${size} Oktette)`,
    listed: (count, size) => `${messages(count)} (${size} Oktette)`,
    octets: (size) => `${size} Oktette`,
    deleted: (message) => `Nachricht ${message} gelöscht`,
    alreadyDeleted: (message) => `Nachricht ${message} ist bereits gelöscht`,
    noSuchMessage: (count) => `keine solche Nachricht, das Postfach enthält nur ${messages(count)}`,
    gone: (message) => `Nachricht ${message} wurde von einer anderen Sitzung entfernt`,
    needsUtf8: (message) => `Nachricht ${message} kann erst nach dem Befehl UTF8 gesendet werden`,
    notRemoved: "einige gelöschte Nachrichten wurden nicht entfernt",
    sendPassword: "weiter mit PASS",
    userFirst: "zuerst USER senden",
    wrongCredentials: "Anmeldename oder Passwort ist falsch",
    expiredCredentials: "die Zugangsdaten sind abgelaufen",
    loginUnavailable: "Anmeldungen können gerade nicht geprüft werden, bitte später erneut versuchen",
    malformedResponse: "die Antwort ist fehlerhaft",
    cancelled: "Anmeldung abgebrochen",
    unknownMechanism: "unbekanntes Anmeldeverfahren",
    noInitialResponse: "dieses Verfahren nimmt keine erste Antwort entgegen",
    needsTls: "nicht ohne TLS: zuerst STLS senden oder den Port für TLS verwenden",
    noTimestamp: "APOP ist nicht verfügbar: die Begrüßung enthielt keinen Zeitstempel",
    timestampUsed: "der Zeitstempel ist verbraucht, bitte neu verbinden",
    inUse: "das Postfach ist durch eine andere Sitzung gesperrt",
    loginDelay: (seconds) => `zwischen zwei Anmeldungen müssen ${seconds} Sekunden liegen`,
    cannotOpen: "das Postfach kann nicht geöffnet werden",
    capabilities: "es folgt die Liste der Fähigkeiten",
    mechanisms: "es folgt die Liste der Anmeldeverfahren",
    beginTls: "TLS-Aushandlung beginnen",
    tlsActive: "dieser Befehl ist unter TLS nicht erlaubt",
    tlsNotOffered: "TLS wird hier nicht angeboten",
    notAfterUtf8: "dieser Befehl ist nach UTF8 nicht erlaubt",
    utf8Enabled: "UTF-8-Modus eingeschaltet",
    languages: "es folgt die Liste der Sprachen:",
    languageChanged: "Sprache gewechselt",
    unknownLanguage: (range) => `die Sprache ${range} ist unbekannt`,
    sendMessage: "Nachricht senden",
    messageTaken: "Nachricht angenommen",
    noRecipients: "die Nachricht hat keine Empfänger",
    unknownCommand: "unbekannter Befehl",
    loginFirst: "zuerst anmelden",
    loggedIn: "die Anmeldung ist bereits erfolgt",
    expected: (usage) => `erwartet wird ${usage}`,
    lineTooLong: "die Zeile ist zu lang",
    notText: "die Zeile ist kein UTF-8 oder enthält Steuerzeichen",
    localError: "interner Fehler, bitte später erneut versuchen",
    stopping: "der Server wird beendet, bitte später erneut versuchen",
    tooManyErrors: "zu viele Fehler, auf Wiedersehen",
  },
};
