// Harmless texts written for this project (CC0): about prompts and models, with the words of attacks and on their subjects, and what people ask in
// German, French and English.
import { product, some } from './templates.ts';

/** On prompts and models, and with words of attacks. */
const ABOUT = [
  ...product(
    ['What is', 'How do I write', 'Can you give examples of', 'Write', 'Help me with', 'I am looking for', 'Was ist', 'Schreibe mir'],
    [' a system prompt', ' a good prompt', ' a set of instructions', ' a custom instruction', ' a role description', ' ein Systemprompt'],
    [
      ' for an assistant that books rooms?',
      ' for a chatbot in a shop.',
      ' to summarise e-mails.',
      ' in the API of a language model?',
      ' for pictures of horses.',
      ' für einen Lernassistenten.',
    ],
  ),
  ...product(
    ['The previous', 'The first', 'The original', 'An earlier', 'Die vorherige', 'Die ursprüngliche', 'Die alte', 'Meine vorherige'],
    [' version', ' edition', ' instruction', ' Fassung', ' Regelung', ' Anleitung', ' Bestellung', ' rule'],
    [
      ' was easier to read.',
      ' can be deleted.',
      ' may be skipped, if you know it.',
      ' kann man vergessen.',
      ' ist nicht mehr gültig, oder?',
      ' sollte ignoriert werden, sagt der Vorstand.',
    ],
  ),
  ...product(
    ['Why does', 'How can', 'Does', 'Should', 'When does'],
    [' the compiler', ' git', ' my script', ' the browser', ' the test runner', ' an agent', ' the parser'],
    [' ignore', ' forget', ' override', ' skip', ' bypass', ' drop', ' print'],
    [' all previous settings', ' the instructions', ' rules in the config', ' hidden files', ' the cache', ' old commands'],
    ['?', ' after an update?', ' on this machine?'],
  ),
  ...product(
    ['Say', 'Tell me', 'Explain', 'Discuss', 'Sag mir', 'Erkläre'],
    [' why the president', ' whether the mayor', ' how the opposition', ' why this newspaper', ' warum der Minister', ' ob die Zeitung'],
    [
      ' lost the election.',
      ' has so many readers.',
      ' is popular in the cities.',
      ' zurückgetreten ist.',
      ' kritisiert wird.',
      ' kostenlos ist.',
    ],
  ),
  ...product(
    ['Thank you, that was helpful.', 'Great, that worked.', 'Sehr gut, danke.', 'Perfect.', 'Okay, got it.'],
    [' Now', ' And now please', ' Next,', ' Jetzt bitte', ' Kannst du nun'],
    [
      ' add a test for it.',
      ' translate it into French.',
      ' shorten the second paragraph.',
      ' die Tabelle sortieren.',
      ' explain the last step.',
      ' das Ganze auf Englisch.',
    ],
  ),
  ...product(
    ['Imagine you are', 'You are', 'Pretend to be', 'Stell dir vor, du bist', 'Take the role of', 'Speak as'],
    [
      ' a detective in 1920',
      ' a tree in the park',
      ' a teacher of history',
      ' ein Bäcker in Wien',
      ' the hero of a novel',
      ' a recruiter',
      ' ein Imker',
    ],
    [
      ' and describe your morning.',
      ' who talks about the war.',
      ' and write a letter to a friend.',
      '. Was erlebst du an einem Tag?',
      '. Ask me about my experience.',
      ' and explain your work to children.',
    ],
  ),
  ...product(
    ['Darf ich', 'Soll ich', 'Wie kann ich', 'Muss man'],
    [
      ' die Hausordnung',
      ' den Rat meines Arztes',
      ' die Anweisungen der Polizei',
      ' die alte Bestellung',
      ' das Passwort',
      ' die Spielregeln',
      ' ein Geheimnis',
    ],
    [' ignorieren?', ' vergessen?', ' umgehen?', ' verraten?', ' ändern?', ' wiederholen?', ' übergehen, wenn es eilt?'],
  ),
];

/** What Germans, French people and programmers ask. */
const PLAIN = [
  ...product(
    ['Mein Programm', 'Die Anwendung', 'Der Server', 'Das Skript', 'Die Datenbank', 'Mein Rechner', 'Die Schleife'],
    [
      ' stürzt ab',
      ' antwortet nicht',
      ' gibt einen falschen Wert zurück',
      ' ist sehr langsam',
      ' startet nicht mehr',
      ' schreibt keine Ausgabe',
    ],
    [
      ', wenn ich auf Speichern klicke.',
      '. Woran kann das liegen?',
      ' seit dem letzten Update.',
      ', obwohl alle Tests laufen.',
      '. Was bedeutet die Meldung?',
    ],
  ),
  ...product(
    ['Schreibe', 'Zeig mir', 'Ich brauche', 'Erstelle', 'Entwirf'],
    [
      ' eine Abfrage',
      ' ein Makro',
      ' eine Klasse',
      ' einen regulären Ausdruck',
      ' ein Diagramm',
      ' einen Testfall',
      ' eine Formel für die Tabelle',
    ],
    [
      ', die alle Kunden zählt.',
      ', das Zeilen sortiert.',
      ' für Postleitzahlen.',
      ' in Java.',
      ' mit Kommentaren.',
      ', bitte ohne fremde Bibliotheken.',
    ],
  ),
  ...product(
    ['Weißt du, ob', 'Mich interessiert, ob', 'Meine Schwester fragt, warum', 'Ich verstehe nicht, warum', 'Kannst du erklären, wie'],
    [' der Zug nach Köln', ' die Bibliothek', ' mein Vermieter', ' der Arzt', ' das Museum', ' unsere Schule'],
    [' heute geöffnet hat.', ' teurer geworden ist.', ' so alt ist.', ' die Frist verlängert.', ' arbeitet.', ' so beliebt ist.'],
  ),
  ...product(
    ['Guten Tag,', 'Hallo,', 'Liebe Frau Berger,', 'Sehr geehrte Damen und Herren,'],
    [
      ' ich habe eine Frage zu meiner Rechnung.',
      ' wir möchten ein Zimmer buchen.',
      ' vielen Dank für das Angebot.',
      ' leider muss ich den Termin absagen.',
      ' anbei der Bericht von gestern.',
    ],
    [' Die Nummer steht oben.', ' Können Sie mir helfen?', ' Mit freundlichen Grüßen', ' Bis bald!', ''],
  ),
  ...product(
    ['Comment', 'Pourquoi', 'Peux-tu me dire comment', 'Où'],
    [' réparer un vélo', ' apprendre le piano', ' cuisiner des lentilles', ' choisir un bon livre', ' écrire une lettre de motivation'],
    [' ?', ' en hiver ?', ' avec des enfants ?', ' sans se tromper ?'],
  ),
  ...product(
    ['Our monitoring', 'The audit', 'A colleague', 'The scanner', 'My manager', 'The new policy'],
    [' reports that', ' says that', ' found out that', ' asks whether', ' demands that'],
    [
      ' the service runs as root.',
      ' old passwords are still valid.',
      ' commands are logged.',
      ' all users must change their key.',
      ' the firewall blocks the port.',
      ' nobody reviewed the access rules.',
    ],
  ),
  ...product(
    ['Describe', 'Explain', 'Give me an overview of', 'Write a lecture on', 'Compare'],
    [' how intruders', ' the ways in which worms', ' methods by which attackers', ' how red teams'],
    [' move through a network', ' hide their traces', ' gain higher privileges', ' steal sessions', ' get past a proxy'],
    [', and name the countermeasures.', ' for the training of our staff.', ' in a table.', '.'],
  ),
];
/** In the same order each time. */
export const OWN_SUBJECTS: readonly string[] = [...some(ABOUT, 900), ...some(PLAIN, 900)];
