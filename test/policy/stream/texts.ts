// Answers as models write them, made up for these tests: nothing in them is what a detector looks for.

export const TEXTS: Readonly<Record<string, string>> = {
  english: `The library that you are using opens one connection for each request, which is why the first call of the day takes so much longer than
the others. In version 2.4 a pool was added, and since v3 it is on by default. You can raise its size to 20 or even 50, but please measure before
you do: with more than 8 cores the difference was below 5% in 2023, and it has not grown since. If the token of a session has expired, the client
asks for a new one, and the key of the cache stays the same. My advice is simple. First, look at the log for lines that begin with "slow"; second,
compare them with the 3 charts on page 12; third, talk to the team at headquarters, since they have seen this before. Is that clear? The answer is
yes, I hope, and no one at the office will mind. One or two people asked whether the number of retries matters: it does not. We had 1,200 users
last May, 14 of whom called us at 9:30 in the morning, and all but one were happy again by noon.`,
  german: `Die Bibliothek öffnet für jede Anfrage eine eigene Verbindung, deshalb dauert der erste Aufruf am Morgen so lange. In Version 2.4 kam ein
Pool hinzu, und seit v3 ist er von Haus aus an. Sie können die Größe auf 20 oder 50 setzen, aber messen Sie vorher: Auf mehr als 8 Kernen lag der
Unterschied 2023 unter 5 %. Das Passwort der Datenbank ist davon nicht betroffen, und die Nummer der Rechnung auch nicht. Meine Empfehlung ist
einfach: Erstens suchen Sie im Protokoll nach langsamen Zeilen, zweitens vergleichen Sie diese mit den drei Kurven auf Seite 12, drittens fragen Sie
die Kollegen in München, denn die haben das alles schon erlebt. Am 3. Mai hatten wir 1.200 Nutzer, von denen 14 um 9.30 Uhr angerufen haben; gegen
Mittag waren alle wieder zufrieden. Eine Änderung der Straßennamen wäre übrigens größer, als man denkt, und kostet etwa 250 Euro.`,
  code: `Here is a function that does it:

\`\`\`typescript
export async function load(path: string, retries = 3): Promise<Config> {
  for (let attempt = 0; attempt < retries; attempt++) {
    const response = await fetch(\`\${BASE}/v2/\${path}\`, { headers: { accept: 'application/json' } });
    if (response.status === 200) return (await response.json()) as Config;
    if (response.status !== 429) throw new Error(\`status \${response.status}\`);
    await sleep(2 ** attempt * 100);
  }
  throw new Error('no answer after ' + retries + ' attempts');
}
\`\`\`

Set \`password: process.env.DB_PASSWORD\` in the options, and pass the token along with \`headers.set(name, token)\`. The list is sorted with
\`items.sort((a, b) => a.key - b.key)\`, and \`x = [1, 2, 3].map((n) => n * 2)\` gives what you want. On line 14 of the file, replace \`i < 10\`
with \`i <= 10\`; the test in utils/format.test.ts should then be green.`,
  markdown: `# What has changed

1. **Faster start.** The first answer comes after 2 s instead of 5.
2. **Less memory.** Down by 30%, to 512 MB.
3. **New names.** See [the guide](https://docs.example.org/guide/v2/names) for all of them.

## How to go on

- Read chapter 4 first; it explains the 3 steps.
- Then run \`npm install\` and wait for about 10 minutes.
- If it fails with error 404 or 503, wait and try again.

> Note: nothing of this applies before 2022.

### Notes on security

A password is never written to the log. A key is rotated every 90 days, a token every 15 minutes, and the secret is that we test it.`,
  table: `| Month | Orders | Share | Change |
| --- | ---: | ---: | ---: |
| January | 120 | 12 % | +3 |
| February | 98 | 10 % | -22 |
| March | 143 | 15 % | +45 |
| April | 151 | 16 % | +8 |
| May | 160 | 17 % | +9 |

The sum is 672, which is 4 more than in the year before. Most of it came from the north: 312 orders, or 46 %.`,
};

/** About as models cut text: a word with the space or sign before it, long ones in pieces of seven letters; digits by three; signs together. */
export const tokensOf = (text: string): string[] => text.match(/[^\r\n\p{L}\p{N}]?\p{L}{1,7}|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s/gu) ?? [];
