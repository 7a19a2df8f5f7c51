// What Flux, Helm (kstatus) and Argo CD (its Lua engine) make of an object.
import { spawn } from 'node:child_process';

export interface Judged {
  status?: string;
  message?: string;
  error?: string;
}

/** A question about an object; with `lua` the health script of Argo CD answers, without it kstatus. */
export interface Question {
  object: object;
  lua?: string;
}

/** Answers in the order of the questions. Rejects when the program fails. */
export function judgeStatuses(program: string, questions: readonly Question[]): Promise<Judged[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = Buffer.concat(out).toString().split('\n').filter(Boolean);
      if (code === 0 && lines.length === questions.length) resolve(lines.map((line) => JSON.parse(line) as Judged));
      else reject(new Error(`${program} ended with ${code} after ${lines.length} of ${questions.length} answers`));
    });
    child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  });
}
